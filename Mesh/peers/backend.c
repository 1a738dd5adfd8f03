// The service behind the proxies in a benchmark: HTTP/1.1 keep-alive on epoll, one thread, nothing else.
//
//   backend PORT
//
// The first path segment names the body's size: /64k answers 65,536 bytes, /16k 16,384; anything else 1,024 bytes.
// Request bodies are not read: the load generators here only send GET.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { REQUEST_BYTES = 16384, EVENTS = 256, SIZES = 65 };

// A whole answer for each body size in KiB, made at the first request for it.
struct answer {
    char *bytes;
    size_t count;
};
static struct answer answers[SIZES];

struct connection {
    int fd;
    size_t filled;
    // The answer being sent; sending stops reading, so that a slow client holds one answer and no queue.
    const struct answer *sending;
    size_t sent;
    char request[REQUEST_BYTES];
};

static const struct answer *answer_of(size_t kib) {
    struct answer *answer = &answers[kib];
    if (!answer->bytes) {
        size_t body = kib * 1024;
        answer->bytes = malloc(body + 256);
        int head = sprintf(answer->bytes,
            "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %zu\r\n\r\n", body);
        memset(answer->bytes + head, 'x', body);
        answer->count = (size_t)head + body;
    }
    return answer;
}

static const struct answer *answer_for(const char *request) {
    const char *path = memchr(request, '/', 16);
    if (path) {
        long kib = strtol(path + 1, (char **)&path, 10);
        if (*path == 'k' && kib > 0 && kib < SIZES) return answer_of((size_t)kib);
    }
    return answer_of(1);
}

// Answers what is complete in the buffer. Returns 0 when the connection is to be closed.
static int serve(struct connection *c, int poll) {
    for (;;) {
        if (c->sending) {
            ssize_t n = send(c->fd, c->sending->bytes + c->sent, c->sending->count - c->sent, MSG_NOSIGNAL);
            if (n < 0 && errno != EAGAIN) return 0;
            if (n > 0) c->sent += (size_t)n;
            if (c->sent < c->sending->count) {
                struct epoll_event event = {.events = EPOLLOUT, .data.ptr = c};
                return epoll_ctl(poll, EPOLL_CTL_MOD, c->fd, &event) == 0;
            }
            if (n < 0) return 0;
            c->sending = NULL;
        }
        char *end = memmem(c->request, c->filled, "\r\n\r\n", 4);
        if (!end) return c->filled < REQUEST_BYTES;
        size_t used = (size_t)(end - c->request) + 4;
        c->sending = answer_for(c->request);
        c->sent = 0;
        c->filled -= used;
        memmove(c->request, c->request + used, c->filled);
    }
}

static int readable(struct connection *c, int poll) {
    ssize_t n = recv(c->fd, c->request + c->filled, REQUEST_BYTES - c->filled, 0);
    if (n == 0) return 0;
    if (n < 0) return errno == EAGAIN;
    c->filled += (size_t)n;
    return serve(c, poll);
}

static int writable(struct connection *c, int poll) {
    if (!serve(c, poll)) return 0;
    if (c->sending) return 1;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    return epoll_ctl(poll, EPOLL_CTL_MOD, c->fd, &event) == 0;
}

static int listening(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 4096)) {
        perror("backend: cannot listen");
        exit(1);
    }
    return fd;
}

static void accept_all(int listener, int poll) {
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), on = 1;
        if (fd < 0) return;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct connection *c = calloc(1, sizeof *c);
        c->fd = fd;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
    }
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: backend PORT\n");
        return 64;
    }
    signal(SIGPIPE, SIG_IGN);
    int listener = listening(atoi(arguments[1])), poll = epoll_create1(0);
    struct epoll_event events[EVENTS], own = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &own);
    for (;;) {
        int ready = epoll_wait(poll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            struct connection *c = events[i].data.ptr;
            if (!c) {
                accept_all(listener, poll);
                continue;
            }
            int alive = events[i].events & EPOLLOUT ? writable(c, poll) : readable(c, poll);
            if (!alive) {
                close(c->fd);
                free(c);
            }
        }
    }
}

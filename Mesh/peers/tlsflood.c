// A flood of TLS handshakes beside requests on established connections, both at fixed rates.
//
//   tlsflood HOST_IPV4 PORT SECONDS HANDSHAKES REQUESTS CONNECTIONS PATH [CERTIFICATE KEY]
//
// HANDSHAKES and REQUESTS are rates, each second. A handshake is a new connection without a session to resume, ended in
// order as soon as it is complete. Requests are due at fixed times, whether or not earlier ones were answered, and a
// latency is counted from when its request was due: an answer that keeps others waiting counts against each of them
// (corrected for coordinated omission). The flood runs in a process of its own. Started under a real-time policy
// (chrt -f 40), it gives way to the measuring one, so that what is measured is the server's doing.
//
// Prints "ready" when the connections stand and waits for a line on standard input; runs; prints one JSON line.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_LATENCIES = 4000000, MAX_WAITING = 65536, FLOOD_MS = 15000 };
typedef unsigned long long u64;

struct connection {
    int fd;
    SSL *tls;
    int in_flight;
    u64 *due;             // due times of requests that were not answered, a ring: the first is in flight
    unsigned head, tail;
    size_t filled;
    char buffer[65536];
};

struct handshake {
    int fd;
    SSL *tls;
    int is_done;
    u64 began;
};

// Shared by both processes.
struct counts {
    u64 begun, finished, reset, failed, late, not_begun;
};

static struct sockaddr_in address;
static struct counts *counts;

static u64 now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (u64)t.tv_sec * 1000000000ull + (u64)t.tv_nsec;
}

static void fail(const char *what) {
    fprintf(stderr, "tlsflood: %s\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static int connected(int blocking) {
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | (blocking ? 0 : SOCK_NONBLOCK), 0);
    if (fd < 0) return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS) {
        close(fd);
        return -1;
    }
    return fd;
}

static void wake_at(int timer, u64 at) {
    struct itimerspec when = {.it_value = {(time_t)(at / 1000000000ull), (long)(at % 1000000000ull)}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

// The flood -----------------------------------------------------------------------------------------------------------

static void end_handshake(struct handshake *h, u64 *what) {
    (*what)++;
    SSL_free(h->tls);
    close(h->fd);
    free(h);
}

static void advance(struct handshake *h) {
    if (!h->is_done) {
        int result = SSL_connect(h->tls);
        if (result != 1) {
            int why = SSL_get_error(h->tls, result);
            if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return;
            int was_reset = why == SSL_ERROR_SYSCALL;
            ERR_clear_error();
            end_handshake(h, was_reset ? &counts->reset : &counts->failed);
            return;
        }
        h->is_done = 1;
        SSL_shutdown(h->tls);
        shutdown(h->fd, SHUT_WR);
    }
    char ignored[4096];
    ssize_t n;
    while ((n = read(h->fd, ignored, sizeof ignored)) > 0) {}
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    // The server read our Finished: it has closed in order, or answered with an alert, which the next run would show.
    end_handshake(h, &counts->finished);
}

static void flood(SSL_CTX *context, double rate, u64 start, u64 end) {
    struct sched_param last = {.sched_priority = 1};
    if (sched_getscheduler(0) == SCHED_FIFO) sched_setscheduler(0, SCHED_FIFO, &last);
    int poll = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct epoll_event events[256], event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(poll, EPOLL_CTL_ADD, timer, &event);
    u64 made = 0;
    while (1) {
        u64 now = now_ns();
        while (now < end && (double)(now - start) * rate / 1e9 >= (double)made && now >= start) {
            made++;
            int fd = connected(0);
            if (fd < 0) {
                counts->not_begun++;
                continue;
            }
            struct handshake *h = calloc(1, sizeof *h);
            h->fd = fd;
            h->began = now;
            h->tls = SSL_new(context);
            SSL_set_fd(h->tls, fd);
            SSL_set_connect_state(h->tls);
            counts->begun++;
            event = (struct epoll_event){.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = h};
            epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
        }
        u64 over = counts->finished + counts->reset + counts->failed;
        if (now >= end && over == counts->begun) break;
        if (now >= end + FLOOD_MS * 1000000ull) {
            counts->late = counts->begun - over;
            break;
        }
        wake_at(timer, now < end ? start + (u64)((double)made * 1e9 / rate) : now + 10000000);
        int ready = epoll_wait(poll, events, 256, 100);
        for (int i = 0; i < ready; i++) {
            u64 ticks;
            if (events[i].data.ptr) advance(events[i].data.ptr);
            else if (read(timer, &ticks, sizeof ticks) < 0) continue;
        }
    }
}

// The requests --------------------------------------------------------------------------------------------------------

static char request[1024];
static int request_count;
static unsigned *latencies;
static u64 answered, errors;

static void send_next(struct connection *c) {
    if (c->in_flight || c->head == c->tail || c->fd < 0) return;
    // A request is far smaller than an empty socket's buffer.
    if (SSL_write(c->tls, request, request_count) != request_count) errors++;
    c->in_flight = 1;
}

static void took_answer(struct connection *c) {
    u64 us = (now_ns() - c->due[c->head % MAX_WAITING]) / 1000;
    c->head++;
    if (answered < MAX_LATENCIES) latencies[answered] = us > 0xFFFFFFFFull ? 0xFFFFFFFFu : (unsigned)us;
    answered++;
    c->in_flight = 0;
    send_next(c);
}

// Takes whole answers out of the buffer. Returns 0 when one is not 200 or has no length.
static int take_answers(struct connection *c) {
    while (c->filled) {
        c->buffer[c->filled] = 0;
        char *end = strstr(c->buffer, "\r\n\r\n");
        if (!end) return c->filled < sizeof c->buffer - 1;
        char *length = strcasestr(c->buffer, "\r\ncontent-length:");
        if (strncmp(c->buffer, "HTTP/1.1 200", 12) || !length || length > end) return 0;
        size_t whole = (size_t)(end - c->buffer) + 4 + (size_t)strtol(length + 17, NULL, 10);
        if (whole >= sizeof c->buffer) return 0;
        if (c->filled < whole) return 1;
        memmove(c->buffer, c->buffer + whole, c->filled - whole);
        c->filled -= whole;
        took_answer(c);
    }
    return 1;
}

static int readable(struct connection *c) {
    while (1) {
        int n = SSL_read(c->tls, c->buffer + c->filled, (int)(sizeof c->buffer - 1 - c->filled));
        if (n <= 0) return SSL_get_error(c->tls, n) == SSL_ERROR_WANT_READ;
        c->filled += (size_t)n;
        if (!take_answers(c)) return 0;
    }
}

static int ascending(const void *a, const void *b) {
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return x < y ? -1 : x > y;
}

static unsigned percentile(double share) {
    if (!answered) return 0;
    u64 index = (u64)((double)answered * share);
    return latencies[index < answered ? index : answered - 1];
}

static void ask(struct connection *all, int count, double rate, u64 start, u64 end) {
    int poll = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct epoll_event events[256], event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(poll, EPOLL_CTL_ADD, timer, &event);
    for (int i = 0; i < count; i++) {
        event = (struct epoll_event){.events = EPOLLIN, .data.ptr = &all[i]};
        epoll_ctl(poll, EPOLL_CTL_ADD, all[i].fd, &event);
    }
    u64 due_count = 0, total = (u64)((double)(end - start) * rate / 1e9), waited = end + 5000000000ull;
    while ((due_count < total || answered + errors < total) && now_ns() < waited) {
        u64 at = start + (u64)((double)due_count * 1e9 / rate);
        while (due_count < total && at <= now_ns()) {
            struct connection *c = &all[due_count % (u64)count];
            if (c->tail - c->head < MAX_WAITING) c->due[c->tail++ % MAX_WAITING] = at;
            else errors++;
            send_next(c);
            at = start + (u64)((double)++due_count * 1e9 / rate);
        }
        wake_at(timer, due_count < total ? at : now_ns() + 10000000);
        int ready = epoll_wait(poll, events, 256, 100);
        for (int i = 0; i < ready; i++) {
            struct connection *c = events[i].data.ptr;
            u64 ticks;
            if (!c) {
                if (read(timer, &ticks, sizeof ticks) < 0) continue;
            } else if (!readable(c)) {
                errors += c->tail - c->head;
                c->head = c->tail;
                epoll_ctl(poll, EPOLL_CTL_DEL, c->fd, NULL);
                c->fd = -1;
            }
        }
    }
    qsort(latencies, answered < MAX_LATENCIES ? answered : MAX_LATENCIES, sizeof *latencies, ascending);
    printf("{\"due\": %llu, \"answered\": %llu, \"errors\": %llu, \"p50_us\": %u, \"p99_us\": %u, \"max_us\": %u", total,
        answered, errors, percentile(0.50), percentile(0.99), percentile(1.0));
}

int main(int count, char **arguments) {
    if (count != 8 && count != 10) {
        fprintf(stderr, "usage: tlsflood HOST PORT SECONDS HANDSHAKES REQUESTS CONNECTIONS PATH [CERTIFICATE KEY]\n");
        return 64;
    }
    signal(SIGPIPE, SIG_IGN);
    struct rlimit files;
    if (!getrlimit(RLIMIT_NOFILE, &files)) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[2]))};
    inet_pton(AF_INET, arguments[1], &address.sin_addr);
    u64 length = (u64)(atof(arguments[3]) * 1e9);
    double handshakes = atof(arguments[4]), requests = atof(arguments[5]);
    int wanted = atoi(arguments[6]);
    request_count = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: bench.test\r\n\r\n", arguments[7]);
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    if (count == 10) {
        if (SSL_CTX_use_certificate_chain_file(context, arguments[8]) != 1) fail("cannot read the certificate");
        if (SSL_CTX_use_PrivateKey_file(context, arguments[9], SSL_FILETYPE_PEM) != 1) fail("cannot read the key");
    }
    struct connection *all = calloc((size_t)wanted, sizeof *all);
    for (int i = 0; i < wanted; i++) {
        all[i].fd = connected(1);
        if (all[i].fd < 0) fail("cannot connect");
        all[i].due = calloc(MAX_WAITING, sizeof(u64));
        all[i].tls = SSL_new(context);
        SSL_set_fd(all[i].tls, all[i].fd);
        if (SSL_connect(all[i].tls) != 1) fail("the handshake failed");
        fcntl(all[i].fd, F_SETFL, fcntl(all[i].fd, F_GETFL) | O_NONBLOCK);
    }
    latencies = calloc(MAX_LATENCIES, sizeof *latencies);
    counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counts == MAP_FAILED) fail("out of memory");
    puts("ready");
    fflush(stdout);
    int c;
    while ((c = getchar()) != '\n' && c != EOF) {}

    u64 start = now_ns() + 50000000, end = start + length;
    pid_t child = 0;
    if (handshakes > 0 && (child = fork()) == 0) {
        flood(context, handshakes, start, end);
        _exit(0);
    }
    if (child < 0) fail("cannot fork");
    ask(all, wanted, requests, start, end);
    if (child) waitpid(child, NULL, 0);
    printf(", \"begun\": %llu, \"finished\": %llu, \"reset\": %llu, \"failed\": %llu, \"late\": %llu, \"not_begun\": %llu}\n",
        counts->begun, counts->finished, counts->reset, counts->failed, counts->late, counts->not_begun);
    return 0;
}

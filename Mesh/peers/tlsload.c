// Load generator for mutual TLS: N keep-alive connections with a client certificate, one request in flight on each,
// for a fixed time. wrk and h2load cannot present a client certificate.
//
//   tlsload HOST_IPV4 PORT CONNECTIONS SECONDS PATH CERTIFICATE KEY AUTHORITY
//
// Prints "ready" when every handshake is done and waits for a line on standard input, so that the caller can read
// the proxy's CPU clock after the handshakes; runs; prints one JSON line; waits for another line before it closes.
// TLS 1.3, P-256, AES-256-GCM, no session tickets asked for. The server's chain is verified, its name is not.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 131072, HISTOGRAM = 200000 }; // the histogram's buckets are 1 us wide: up to 0.2 s, then clamped

struct connection {
    int fd;
    SSL *tls;
    size_t filled;      // bytes of an unfinished head
    size_t body_left;   // bytes of the body still to come
    int in_body;
    unsigned long long sent_at;
    char head[16384];
};

static char request[1024];
static int request_count;
static unsigned long long requests, errors;
static unsigned histogram[HISTOGRAM];
static unsigned long long deadline;

static unsigned long long now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (unsigned long long)t.tv_sec * 1000000000ull + (unsigned long long)t.tv_nsec;
}

static void fail(const char *what) {
    fprintf(stderr, "tlsload: %s\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static int send_request(struct connection *c) {
    c->sent_at = now_ns();
    // A request is far smaller than an empty socket's buffer: a short or refused write is an error here.
    return SSL_write(c->tls, request, request_count) == request_count;
}

// One finished answer: its latency is counted, the next request goes out while time is left.
static int finished(struct connection *c) {
    unsigned long long now = now_ns(), us = (now - c->sent_at) / 1000;
    histogram[us < HISTOGRAM ? us : HISTOGRAM - 1]++;
    requests++;
    return now < deadline ? send_request(c) : 1;
}

// Reads Content-Length out of a whole head. Returns -1 for any status but 200 or a head without a length.
static long length_of(char *head) {
    if (strncmp(head, "HTTP/1.1 200", 12)) return -1;
    char *field = strcasestr(head, "\r\ncontent-length:");
    return field ? strtol(field + 17, NULL, 10) : -1;
}

static int consume(struct connection *c, char *bytes, size_t count) {
    while (count) {
        if (c->in_body) {
            size_t used = count < c->body_left ? count : c->body_left;
            c->body_left -= used;
            bytes += used;
            count -= used;
            if (c->body_left) return 1;
            c->in_body = 0;
            if (!finished(c)) return 0;
            continue;
        }
        size_t room = sizeof c->head - 1 - c->filled, taken = count < room ? count : room;
        if (!taken) return 0;
        memcpy(c->head + c->filled, bytes, taken);
        c->head[c->filled + taken] = 0;
        char *end = strstr(c->head, "\r\n\r\n");
        if (!end) {
            c->filled += taken;
            bytes += taken;
            count -= taken;
            continue;
        }
        size_t head = (size_t)(end - c->head) + 4, used = head - c->filled;
        end[2] = 0;
        long length = length_of(c->head);
        if (length < 0) return 0;
        bytes += used;
        count -= used;
        c->filled = 0;
        c->body_left = (size_t)length;
        c->in_body = 1;
        if (!length) {
            c->in_body = 0;
            if (!finished(c)) return 0;
        }
    }
    return 1;
}

// One receive for each answer that comes at once: what is left in the socket brings another event.
static int readable(struct connection *c) {
    static char buffer[BUFFER];
    do {
        int n = SSL_read(c->tls, buffer, sizeof buffer);
        if (n <= 0) return SSL_get_error(c->tls, n) == SSL_ERROR_WANT_READ;
        if (!consume(c, buffer, (size_t)n)) return 0;
    } while (SSL_has_pending(c->tls));
    return 1;
}

static SSL_CTX *context(const char *certificate, const char *key, const char *authority) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(context, "TLS_AES_256_GCM_SHA384");
    SSL_CTX_set1_groups_list(context, "P-256");
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    // The load generator shares its core with the backend and must not be what is slow: a record's head and content are
    // taken by one receive.
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1) fail("cannot read the certificate");
    if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) fail("cannot read the key");
    if (SSL_CTX_load_verify_locations(context, authority, NULL) != 1) fail("cannot read the authority");
    return context;
}

static void open_connection(struct connection *c, SSL_CTX *context, const struct sockaddr_in *address) {
    int on = 1;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(c->fd, (const struct sockaddr *)address, sizeof *address)) fail("cannot connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    c->tls = SSL_new(context);
    SSL_set_fd(c->tls, c->fd);
    if (SSL_connect(c->tls) != 1) fail("the handshake failed");
    fcntl(c->fd, F_SETFL, fcntl(c->fd, F_GETFL) | O_NONBLOCK);
}

static unsigned percentile(double share) {
    unsigned long long wanted = (unsigned long long)((double)requests * share), seen = 0;
    for (unsigned us = 0; us < HISTOGRAM; us++) {
        seen += histogram[us];
        if (seen > wanted) return us;
    }
    return HISTOGRAM;
}

static void wait_for_line(void) {
    int c;
    while ((c = getchar()) != '\n' && c != EOF) {}
}

int main(int count, char **arguments) {
    if (count != 9) {
        fprintf(stderr, "usage: tlsload HOST PORT CONNECTIONS SECONDS PATH CERTIFICATE KEY AUTHORITY\n");
        return 64;
    }
    signal(SIGPIPE, SIG_IGN);
    int wanted = atoi(arguments[3]), alive = wanted, poll = epoll_create1(0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[2]))};
    inet_pton(AF_INET, arguments[1], &address.sin_addr);
    request_count = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: bench.test\r\n\r\n", arguments[5]);
    SSL_CTX *tls = context(arguments[6], arguments[7], arguments[8]);
    struct connection *all = calloc((size_t)wanted, sizeof *all);
    for (int i = 0; i < wanted; i++) {
        open_connection(&all[i], tls, &address);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[i]};
        epoll_ctl(poll, EPOLL_CTL_ADD, all[i].fd, &event);
    }
    puts("ready");
    fflush(stdout);
    wait_for_line();

    unsigned long long start = now_ns();
    deadline = start + (unsigned long long)(atof(arguments[4]) * 1e9);
    for (int i = 0; i < wanted; i++)
        if (!send_request(&all[i])) errors++, alive--;
    struct epoll_event events[256];
    while (alive > 0 && now_ns() < deadline) {
        int ready = epoll_wait(poll, events, 256, 100);
        for (int i = 0; i < ready; i++) {
            struct connection *c = events[i].data.ptr;
            if (readable(c)) continue;
            errors++, alive--;
            epoll_ctl(poll, EPOLL_CTL_DEL, c->fd, NULL);
        }
    }
    printf("{\"requests\": %llu, \"errors\": %llu, \"seconds\": %.3f, \"p50_us\": %u, \"p99_us\": %u}\n", requests,
        errors, (double)(now_ns() - start) / 1e9, percentile(0.50), percentile(0.99));
    fflush(stdout);
    wait_for_line();
    return 0;
}

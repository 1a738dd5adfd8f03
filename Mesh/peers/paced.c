// Open-loop load: requests begin at fixed times, whether or not earlier ones were answered, as the world's do.
//
//   paced HOST_IPV4 PORT CONNECTIONS REQUESTS_PER_SECOND SECONDS PATH
//
// A latency counts from the moment at which its request was due, not from the moment at which a connection was free to
// send it: a proxy that stalls for 50 ms is charged for every request that the stall delayed. A generator that waits for
// answers before it asks again leaves those out, which is called coordinated omission. One request in flight on each
// keep-alive connection; due requests wait in order for the connection that was idle the longest.
// Prints one JSON line: requests answered, errors, the rate that was reached, and latencies in microseconds.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 131072, HEAD = 16384, HISTOGRAM = 2000000 }; // 1 us wide: up to 2 s, then clamped

typedef unsigned long long nanoseconds;

struct connection {
    int fd;
    size_t filled;    // bytes of an unfinished head
    size_t body_left; // bytes of the body still to come
    int in_body;
    nanoseconds due;
    char head[HEAD];
};

static char request[1024];
static size_t request_count;
static unsigned histogram[HISTOGRAM];
static unsigned long long answered, errors;
// Idle connections, first in, first out.
static struct connection **idle;
static size_t idle_first, idle_count, capacity;

static nanoseconds now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (nanoseconds)t.tv_sec * 1000000000ull + (nanoseconds)t.tv_nsec;
}

static void fail(const char *what) {
    fprintf(stderr, "paced: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void rest(struct connection *c) { idle[(idle_first + idle_count++) % capacity] = c; }

static void finished(struct connection *c) {
    nanoseconds us = (now() - c->due) / 1000;
    histogram[us < HISTOGRAM ? us : HISTOGRAM - 1]++;
    answered++;
    rest(c);
}

// Length of the body that a whole head announces. -1 for any status but 200 or a head without a length.
static long length_of(const char *head) {
    if (strncmp(head, "HTTP/1.1 200", 12)) return -1;
    const char *field = strcasestr(head, "\r\ncontent-length:");
    return field ? strtol(field + 17, NULL, 10) : -1;
}

// Takes what came. 0: the answer is not one that this program asked for.
static int consume(struct connection *c, const char *bytes, size_t count) {
    while (count) {
        if (!c->in_body) {
            size_t room = HEAD - 1 - c->filled, taken = count < room ? count : room;
            if (!taken) return 0;
            memcpy(c->head + c->filled, bytes, taken);
            c->head[c->filled + taken] = 0;
            char *end = strstr(c->head, "\r\n\r\n");
            if (!end) {
                c->filled += taken, bytes += taken, count -= taken;
                continue;
            }
            size_t used = (size_t)(end - c->head) + 4 - c->filled;
            long length = length_of(c->head);
            if (length < 0) return 0;
            bytes += used, count -= used;
            c->filled = 0, c->body_left = (size_t)length, c->in_body = 1;
        }
        size_t used = count < c->body_left ? count : c->body_left;
        c->body_left -= used, bytes += used, count -= used;
        if (c->body_left) return 1;
        c->in_body = 0;
        // One request, one answer: nothing may stand behind it.
        if (count) return 0;
        finished(c);
    }
    return 1;
}

static int readable(struct connection *c) {
    static char buffer[BUFFER];
    ssize_t n = recv(c->fd, buffer, sizeof buffer, 0);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    return n > 0 && consume(c, buffer, (size_t)n);
}

static void open_connection(struct connection *c, const struct sockaddr_in *address) {
    int on = 1;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(c->fd, (const struct sockaddr *)address, sizeof *address)) fail("cannot connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(c->fd, F_SETFL, fcntl(c->fd, F_GETFL) | O_NONBLOCK);
}

static unsigned percentile(double share) {
    unsigned long long wanted = (unsigned long long)((double)answered * share), seen = 0;
    for (unsigned us = 0; us < HISTOGRAM; us++) {
        seen += histogram[us];
        if (seen > wanted) return us;
    }
    return HISTOGRAM;
}

int main(int count, char **arguments) {
    if (count != 7) {
        fprintf(stderr, "usage: paced HOST PORT CONNECTIONS REQUESTS_PER_SECOND SECONDS PATH\n");
        return 64;
    }
    signal(SIGPIPE, SIG_IGN);
    double rate = atof(arguments[4]), seconds = atof(arguments[5]);
    capacity = (size_t)atoi(arguments[3]);
    if (!capacity || rate <= 0 || seconds <= 0) {
        fprintf(stderr, "paced: connections, rate and seconds are numbers above 0\n");
        return 64;
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(arguments[2]))};
    if (inet_pton(AF_INET, arguments[1], &address.sin_addr) != 1) fail("the host is no IPv4 address");
    request_count = (size_t)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: bench.test\r\n\r\n",
        arguments[6]);
    int poll = epoll_create1(0);
    struct connection *all = calloc(capacity, sizeof *all);
    idle = calloc(capacity, sizeof *idle);
    for (size_t i = 0; i < capacity; i++) {
        open_connection(&all[i], &address);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[i]};
        epoll_ctl(poll, EPOLL_CTL_ADD, all[i].fd, &event);
        rest(&all[i]);
    }

    // Requests `begun` and `wanted` are numbered in the order in which they are due.
    unsigned long long wanted = (unsigned long long)(rate * seconds), begun = 0;
    double interval = 1e9 / rate;
    nanoseconds start = now() + 1000000, patience = start + (nanoseconds)((seconds + 5) * 1e9);
    struct epoll_event events[256];
    while (answered + errors < wanted && now() < patience) {
        nanoseconds time = now(), due = start + (nanoseconds)((double)begun * interval);
        while (begun < wanted && due <= time && idle_count) {
            struct connection *c = idle[idle_first];
            idle_first = (idle_first + 1) % capacity, idle_count--;
            c->due = due;
            begun++;
            // A request is far smaller than an empty socket's buffer: a short or refused send is an error here.
            if (send(c->fd, request, request_count, 0) != (ssize_t)request_count) errors++;
            due = start + (nanoseconds)((double)begun * interval);
        }
        // Who waits for a connection waits for an answer; otherwise until the next one is due.
        nanoseconds wait = 100000000;
        time = now();
        if (begun < wanted && idle_count) wait = due > time ? due - time : 0;
        struct timespec timeout = {.tv_sec = (time_t)(wait / 1000000000), .tv_nsec = (long)(wait % 1000000000)};
        int ready = epoll_pwait2(poll, events, 256, &timeout, NULL);
        for (int i = 0; i < ready; i++) {
            struct connection *c = events[i].data.ptr;
            if (readable(c)) continue;
            errors++;
            epoll_ctl(poll, EPOLL_CTL_DEL, c->fd, NULL);
        }
        if (errors >= capacity) break;
    }
    double taken = (double)(now() - start) / 1e9;
    printf("{\"requests\": %llu, \"errors\": %llu, \"per_second\": %.0f, \"p50_us\": %u, \"p99_us\": %u, "
           "\"p999_us\": %u, \"max_us\": %u}\n",
        answered, errors + (wanted - answered - errors), (double)answered / taken, percentile(0.50), percentile(0.99),
        percentile(0.999), percentile(1 - 1e-12));
    return 0;
}

// The floor under every proxy in the benchmark: passes bytes on and reads none of them. Each connection has an upstream
// connection of its own, so that a request costs two receives and two sends, which is what the kernel (and, on the
// TLS port, OpenSSL) takes for the work; what a proxy costs beyond that is its own.
//
//   relay PORT TLS_PORT BACKEND_PORT CERTIFICATE KEY AUTHORITY
//
// Mutual TLS 1.3 with the clients of TLS_PORT. Made for answers that fit a socket's buffer: a short write ends it.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS = 1024, EVENTS = 256, BYTES = 16384 };

// One of the two ends of a pair, by descriptor.
struct end {
    int peer;
    SSL *tls; // only clients of the TLS port
};
static struct end ends[CONNECTIONS * 2];

// What one turn has received: sent when the whole turn is read, as the proxies do it.
struct pending {
    int to;
    int count;
    char bytes[BYTES];
};
static struct pending outbox[EVENTS];

static int poll_fd, backend_port;
static SSL_CTX *server;

static void fail(const char *what) {
    perror(what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static struct sockaddr_in loopback(int port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

// Both ends choose what the sidecar chooses on loopback: no pacing.
static int open_socket(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (fd < 0 || fd >= CONNECTIONS * 2) fail("socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
    return fd;
}

static void watch(int fd, unsigned events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event)) fail("epoll_ctl");
}

static int listen_on(int port) {
    int fd = open_socket();
    struct sockaddr_in address = loopback(port);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 1024)) fail("listen");
    watch(fd, EPOLLIN);
    return fd;
}

// A handshake is not what is measured: it runs to its end at once. False when the client is none of ours.
static int accept_one(int listener, int is_tls) {
    int client = accept(listener, NULL, NULL), upstream = open_socket(), on = 1;
    struct sockaddr_in address = loopback(backend_port);
    if (client < 0 || client >= CONNECTIONS * 2) fail("accept");
    if (connect(upstream, (struct sockaddr *)&address, sizeof address)) fail("connect");
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ends[client] = (struct end){.peer = upstream};
    ends[upstream] = (struct end){.peer = client};
    if (is_tls) {
        SSL *tls = ends[client].tls = SSL_new(server);
        SSL_set_fd(tls, client);
        if (SSL_accept(tls) != 1) return 0;
    }
    watch(client, EPOLLIN | EPOLLET);
    watch(upstream, EPOLLIN | EPOLLET);
    return 1;
}

static void close_pair(int fd) {
    int both[] = {fd, ends[fd].peer};
    for (int i = 0; i < 2; i++) {
        SSL_free(ends[both[i]].tls);
        ends[both[i]].tls = NULL;
        close(both[i]);
    }
}

static ssize_t receive(int fd, char *bytes) {
    SSL *tls = ends[fd].tls;
    if (!tls) return recv(fd, bytes, BYTES, MSG_DONTWAIT);
    ERR_clear_error();
    int count = SSL_read(tls, bytes, BYTES);
    return count > 0 ? count : 0;
}

static void forward(const struct pending *piece) {
    SSL *tls = ends[piece->to].tls;
    int sent = tls ? SSL_write(tls, piece->bytes, piece->count)
                   : (int)send(piece->to, piece->bytes, (size_t)piece->count, MSG_NOSIGNAL | MSG_DONTWAIT);
    // Who has gone needs nothing.
    if (sent > 0 && sent != piece->count) fail("a short write");
}

static void make_context(char **files) {
    server = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(server, TLS1_3_VERSION);
    SSL_CTX_set_num_tickets(server, 0);
    SSL_CTX_set_session_cache_mode(server, SSL_SESS_CACHE_OFF);
    // One receive takes a record's head and its content.
    SSL_CTX_set_read_ahead(server, 1);
    SSL_CTX_set_verify(server, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    if (SSL_CTX_use_certificate_chain_file(server, files[0]) != 1
        || SSL_CTX_use_PrivateKey_file(server, files[1], SSL_FILETYPE_PEM) != 1
        || SSL_CTX_load_verify_locations(server, files[2], NULL) != 1)
        fail("cannot read the certificate, the key or the authority");
}

int main(int count, char **arguments) {
    if (count != 7) {
        fprintf(stderr, "usage: relay PORT TLS_PORT BACKEND_PORT CERTIFICATE KEY AUTHORITY\n");
        return 64;
    }
    signal(SIGPIPE, SIG_IGN);
    make_context(arguments + 4);
    poll_fd = epoll_create1(0);
    backend_port = atoi(arguments[3]);
    int plain = listen_on(atoi(arguments[1])), mutual = listen_on(atoi(arguments[2]));
    struct epoll_event events[EVENTS];
    for (;;) {
        int ready = epoll_wait(poll_fd, events, EVENTS, -1), received = 0;
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == plain || fd == mutual) {
                if (!accept_one(fd, fd == mutual)) fail("handshake");
                continue;
            }
            struct pending *piece = &outbox[received];
            piece->count = (int)receive(fd, piece->bytes);
            piece->to = ends[fd].peer;
            if (piece->count > 0) received++;
            else if (piece->count == 0) close_pair(fd);
        }
        for (int i = 0; i < received; i++) forward(&outbox[i]);
    }
}

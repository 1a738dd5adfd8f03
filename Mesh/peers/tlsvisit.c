// Handshakes of one client after another, each whole or each resumed by the ticket of the one before: for the CPU time
// that they cost a server.
//
//   tlsvisit HOST_IPV4 PORT COUNT full|resumed CERTIFICATE KEY
//
// A visit is a connection, a handshake with TLS 1.3 and P-256, a request and its answer, which brings the ticket, and
// close_notify. Prints "ready" behind a first visit and waits for a line on standard input; prints one JSON line.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in address;
static SSL_SESSION *newest;

static void fail(const char *what) {
    fprintf(stderr, "tlsvisit: %s\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static int keep(SSL *tls, SSL_SESSION *session) {
    (void)tls;
    SSL_SESSION_free(newest);
    newest = session;
    return 1; // the reference is ours now
}

// Returns whether the session was resumed.
static int visit(SSL_CTX *context, int resumes) {
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) fail("cannot connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    SSL *tls = SSL_new(context);
    SSL_set_fd(tls, fd);
    if (resumes && newest) SSL_set_session(tls, newest);
    if (SSL_connect(tls) != 1) fail("the handshake failed");
    int reused = SSL_session_reused(tls);
    static const char request[] = "GET / HTTP/1.1\r\nHost: bench.test\r\nConnection: close\r\n\r\n";
    if (SSL_write(tls, request, sizeof request - 1) <= 0) fail("the request was not taken");
    char answer[16384];
    int n, first = 1;
    while ((n = SSL_read(tls, answer, sizeof answer)) > 0) {
        if (first && (n < 12 || strncmp(answer, "HTTP/1.1 200", 12))) fail("the answer is not 200");
        first = 0;
    }
    if (first) fail("no answer came");
    SSL_shutdown(tls);
    SSL_free(tls);
    close(fd);
    return reused;
}

int main(int count, char **arguments) {
    if (count != 7) {
        fprintf(stderr, "usage: tlsvisit HOST PORT COUNT full|resumed CERTIFICATE KEY\n");
        return 64;
    }
    signal(SIGPIPE, SIG_IGN);
    address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[2]))};
    inet_pton(AF_INET, arguments[1], &address.sin_addr);
    int wanted = atoi(arguments[3]), resumes = !strcmp(arguments[4], "resumed"), reused = 0, c;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set1_groups_list(context, "P-256");
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep);
    if (SSL_CTX_use_certificate_chain_file(context, arguments[5]) != 1) fail("cannot read the certificate");
    if (SSL_CTX_use_PrivateKey_file(context, arguments[6], SSL_FILETYPE_PEM) != 1) fail("cannot read the key");
    visit(context, 0);
    puts("ready");
    fflush(stdout);
    while ((c = getchar()) != '\n' && c != EOF) {}
    for (int i = 0; i < wanted; i++) reused += visit(context, resumes);
    printf("{\"full\": %d, \"resumed\": %d}\n", wanted - reused, reused);
    return 0;
}

// Preloaded into a sidecar: makes a call of its fail on purpose, where OUTRIGGER_FAULT says so.
//   worker-fault   a worker that accepts writes to nowhere
//   worker-stuck   a worker that accepts never comes back
//   report-fault   the crash report's own waiting for its output writes to nowhere
#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int wanted(const char *fault) {
    const char *chosen = getenv("OUTRIGGER_FAULT");
    return chosen != NULL && strcmp(chosen, fault) == 0;
}

static void write_to_nowhere(void) { *(volatile int *)16 = 1; }

static int is_worker(void) {
    char name[17] = {0};
    prctl(PR_GET_NAME, name);
    return strncmp(name, "or-worker", 9) == 0;
}

int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags) {
    static int (*real)(int, struct sockaddr *, socklen_t *, int);
    if (real == NULL) real = (int (*)(int, struct sockaddr *, socklen_t *, int))dlsym(RTLD_NEXT, "accept4");
    int accepted = real(fd, address, length, flags);
    if (accepted >= 0 && is_worker()) {
        if (wanted("worker-fault")) write_to_nowhere();
        while (wanted("worker-stuck")) pause();
    }
    return accepted;
}

int poll(struct pollfd *fds, nfds_t count, int timeout) {
    static int (*real)(struct pollfd *, nfds_t, int);
    static int calls;
    if (real == NULL) real = (int (*)(struct pollfd *, nfds_t, int))dlsym(RTLD_NEXT, "poll");
    // The report has a stack of its own. Its first word gets out.
    stack_t stack = {0};
    if (wanted("report-fault") && sigaltstack(NULL, &stack) == 0 && stack.ss_flags & SS_ONSTACK && ++calls == 2) {
        write_to_nowhere();
    }
    return real(fds, count, timeout);
}

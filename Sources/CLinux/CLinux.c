#define _GNU_SOURCE
#include "CLinux.h"
#include <malloc.h>

#include <errno.h>
#include <link.h>
#include <linux/filter.h>
#include <sys/mman.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

// Says which of our own invariants is broken, and ends the process.
__attribute__((noinline, cold, noreturn)) static void broken(const char *call, int fd, int error) {
    dprintf(STDERR_FILENO, "Fatal error: %s on descriptor %d: %s: a descriptor is used only while it is open\n", call,
        fd, strerror(error));
    abort();
}

static inline int is_ours(int error) {
    return error == EBADF || error == EFAULT || error == ENOTSOCK;
}

// Runs a call until no signal interrupts it. Faults that only we can cause end the process.
#define RESULT(name, fd, call)                          \
    do {                                                \
        for (;;) {                                      \
            ssize_t result = (call);                    \
            if (result >= 0) return result;             \
            int error = errno;                          \
            if (error == EINTR) continue;               \
            if (is_ours(error)) broken(name, fd, error); \
            return -(ssize_t)error;                     \
        }                                               \
    } while (0)

// The two calls of every request go past glibc's wrappers: those are cancellation points, and switch cancellation on
// and off around each call in a process with threads. No thread of ours is ever cancelled. AddressSanitizer checks
// buffers in the wrappers, so its builds keep them.
#if __has_feature(address_sanitizer)
#define RECV(fd, buffer, count) recv(fd, buffer, count, 0)
#define SEND(fd, buffer, count) send(fd, buffer, count, MSG_NOSIGNAL)
#else
#define RECV(fd, buffer, count) syscall(SYS_recvfrom, fd, buffer, count, 0, NULL, NULL)
#define SEND(fd, buffer, count) syscall(SYS_sendto, fd, buffer, count, MSG_NOSIGNAL, NULL, 0)
#endif

ssize_t clinux_recv(void *context, int fd, void *buffer, ssize_t count) {
    (void)context;
    RESULT("recv", fd, RECV(fd, buffer, (size_t)count));
}

ssize_t clinux_send(void *context, int fd, const void *buffer, ssize_t count) {
    (void)context;
    RESULT("send", fd, SEND(fd, buffer, (size_t)count));
}

ssize_t clinux_send_vector(void *context, int fd, const void *slices, ssize_t count) {
    (void)context;
    struct msghdr message = {.msg_iov = (struct iovec *)slices, .msg_iovlen = (size_t)count};
    RESULT("sendmsg", fd, sendmsg(fd, &message, MSG_NOSIGNAL));
}

ssize_t clinux_socket(void *context, int family) {
    (void)context;
    RESULT("socket", -1, socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

ssize_t clinux_bind(void *context, int fd, const void *address, uint32_t length) {
    (void)context;
    RESULT("bind", fd, bind(fd, (const struct sockaddr *)address, length));
}

ssize_t clinux_listen(void *context, int fd, int backlog) {
    (void)context;
    RESULT("listen", fd, listen(fd, backlog));
}

ssize_t clinux_accept(void *context, int fd, void *address, uint32_t *length) {
    (void)context;
    RESULT("accept4", fd, accept4(fd, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

ssize_t clinux_connect(void *context, int fd, const void *address, uint32_t length) {
    (void)context;
    // An interrupted connect goes on by itself: asking again would answer EALREADY.
    if (connect(fd, (const struct sockaddr *)address, length) == 0) return 0;
    int error = errno;
    if (is_ours(error)) broken("connect", fd, error);
    return error == EINTR ? -EINPROGRESS : -(ssize_t)error;
}

ssize_t clinux_socket_error(void *context, int fd) {
    (void)context;
    int pending = 0;
    socklen_t length = sizeof pending;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &pending, &length) == 0) return pending;
    broken("getsockopt", fd, errno);
}

// struct tcp_info: eight bytes, twenty-four words, two rates, and then the bytes acknowledged (RFC 4898,
// tcpEStatsAppHCThruOctetsAcked). glibc's own copy of it ends before that.
enum { bytes_acknowledged_at = 8 + 24 * 4 + 2 * 8 };

ssize_t clinux_acknowledged_bytes(void *context, int fd) {
    (void)context;
    uint8_t info[bytes_acknowledged_at + 8];
    socklen_t length = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &length) != 0) {
        if (errno == EBADF) broken("getsockopt", fd, errno);
        return -errno;
    }
    if (length < sizeof info) return -EOPNOTSUPP;
    uint64_t count;
    memcpy(&count, info + bytes_acknowledged_at, sizeof count);
    return (ssize_t)(count & INT64_MAX);
}

static int set_int(int fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof value);
}

// Drops packets that ask for a new connection: SYN without ACK, in the 14th byte of the TCP header.
static int refuse_connections(int fd) {
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x12),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x02, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    struct sock_fprog program = {.len = sizeof steps / sizeof *steps, .filter = steps};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

ssize_t clinux_set_option(void *context, int fd, int option, int value) {
    (void)context;
    int result = -1;
    switch (option) {
    case 1: result = set_int(fd, IPPROTO_TCP, TCP_NODELAY, value); break;
    case 2: result = set_int(fd, SOL_SOCKET, SO_REUSEADDR, value); break;
    case 3: result = set_int(fd, SOL_SOCKET, SO_KEEPALIVE, value); break;
    case 4: result = set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, value); break;
    case 5: result = set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, value); break;
    case 6: result = set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, value); break;
    case 7: {
        struct linger linger = {.l_onoff = value != 0, .l_linger = 0};
        result = setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
        break;
    }
    case 8: result = set_int(fd, SOL_SOCKET, SO_RCVBUF, value); break;
    case 9: result = set_int(fd, SOL_SOCKET, SO_SNDBUF, value); break;
    case 10: result = set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, value); break;
    case 11: result = set_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, value); break;
    case 12: result = setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4); break;
    case 13: result = refuse_connections(fd); break;
    default: errno = ENOPROTOOPT;
    }
    if (result == 0) return 0;
    int error = errno;
    if (is_ours(error)) broken("setsockopt", fd, error);
    return -(ssize_t)error;
}

ssize_t clinux_peer_name(void *context, int fd, void *address, uint32_t *length) {
    (void)context;
    RESULT("getpeername", fd, getpeername(fd, (struct sockaddr *)address, length));
}

ssize_t clinux_local_name(void *context, int fd, void *address, uint32_t *length) {
    (void)context;
    RESULT("getsockname", fd, getsockname(fd, (struct sockaddr *)address, length));
}

ssize_t clinux_shutdown(void *context, int fd, int how) {
    (void)context;
    RESULT("shutdown", fd, shutdown(fd, how));
}

ssize_t clinux_close(void *context, int fd) {
    (void)context;
    if (close(fd) == 0) return 0;
    int error = errno;
    if (error == EBADF) broken("close", fd, error);
    // Linux frees the descriptor before it looks for errors, EINTR included.
    return error == EINTR ? 0 : -(ssize_t)error;
}

ssize_t clinux_unlink(void *context, const char *path) {
    (void)context;
    RESULT("unlink", -1, unlink(path));
}

ssize_t clinux_epoll_create(void *context) {
    (void)context;
    RESULT("epoll_create1", -1, epoll_create1(EPOLL_CLOEXEC));
}

ssize_t clinux_epoll_control(void *context, int epoll, int operation, int fd, uint32_t events, uint64_t token) {
    (void)context;
    struct epoll_event event = {.events = events, .data.u64 = token};
    if (epoll_ctl(epoll, operation, fd, &event) == 0) return 0;
    int error = errno;
    if (is_ours(error) || error == EEXIST || error == ENOENT || error == EINVAL) broken("epoll_ctl", fd, error);
    return -(ssize_t)error;
}

ssize_t clinux_epoll_wait(void *context, int epoll, void *events, int count, int timeout_milliseconds) {
    (void)context;
    // The kernel's records are at most as large as ours: filled in place, then spread from the last to the first.
    _Static_assert(sizeof(struct epoll_event) <= sizeof(struct clinux_event), "records are spread in place");
    for (;;) {
        int ready = epoll_wait(epoll, (struct epoll_event *)events, count, timeout_milliseconds);
        if (ready < 0) {
            int error = errno;
            if (error == EINTR) continue;
            broken("epoll_wait", epoll, error);
        }
        for (int index = ready - 1; index >= 0; index--) {
            struct epoll_event packed;
            memcpy(&packed, (char *)events + (size_t)index * sizeof packed, sizeof packed);
            struct clinux_event spread = {.token = packed.data.u64, .events = packed.events};
            memcpy((char *)events + (size_t)index * sizeof spread, &spread, sizeof spread);
        }
        return ready;
    }
}

ssize_t clinux_event_create(void *context) {
    (void)context;
    RESULT("eventfd", -1, eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
}

ssize_t clinux_event_read(void *context, int fd, uint64_t *value) {
    (void)context;
    RESULT("read", fd, read(fd, value, sizeof *value));
}

ssize_t clinux_event_write(void *context, int fd, uint64_t value) {
    (void)context;
    RESULT("write", fd, write(fd, &value, sizeof value));
}

static ssize_t clock_nanoseconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (ssize_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

ssize_t clinux_monotonic(void *context) {
    (void)context;
    return clock_nanoseconds(CLOCK_MONOTONIC);
}

ssize_t clinux_realtime(void *context) {
    (void)context;
    return clock_nanoseconds(CLOCK_REALTIME);
}

ssize_t clinux_random(void *context, void *buffer, ssize_t count) {
    (void)context;
    RESULT("getrandom", -1, getrandom(buffer, (size_t)count, 0));
}

int clinux_signal_open(uint64_t mask) {
    sigset_t set;
    sigemptyset(&set);
    for (int number = 1; number < 64; number++) {
        if (mask >> number & 1) sigaddset(&set, number);
    }
    int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (error != 0) return -error;
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return fd >= 0 ? fd : -errno;
}

int clinux_signal_read(int fd) {
    struct signalfd_siginfo info;
    for (;;) {
        ssize_t count = read(fd, &info, sizeof info);
        if (count == (ssize_t)sizeof info) return (int)info.ssi_signo;
        if (count >= 0) return -EAGAIN;
        int error = errno;
        if (error == EINTR) continue;
        if (is_ours(error)) broken("read", fd, error);
        return -error;
    }
}

void clinux_ignore_broken_pipes(void) { signal(SIGPIPE, SIG_IGN); }

int64_t clinux_raise_file_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -(int64_t)errno;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return -(int64_t)errno;
    return limit.rlim_cur > INT64_MAX ? INT64_MAX : (int64_t)limit.rlim_cur;
}

struct start {
    void (*body)(void *);
    void *argument;
    char name[16];
};

static void *run_thread(void *raw) {
    struct start start = *(struct start *)raw;
    free(raw);
    pthread_setname_np(pthread_self(), start.name);
    void *crash_stack = clinux_crash_enter();
    start.body(start.argument);
    clinux_crash_leave(crash_stack);
    return NULL;
}

int clinux_thread_start(
    uint64_t *thread, const char *name, size_t stack_bytes, void (*body)(void *), void *argument) {
    struct start *start = malloc(sizeof *start);
    if (start == NULL) return -ENOMEM;
    start->body = body;
    start->argument = argument;
    strncpy(start->name, name, sizeof start->name - 1);
    start->name[sizeof start->name - 1] = 0;

    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error != 0) {
        free(start);
        return -error;
    }
    if (stack_bytes > 0) error = pthread_attr_setstacksize(&attributes, stack_bytes);

    // A thread inherits its starter's mask. Faults of the thread's own stay deliverable, so that crashes are reported.
    sigset_t blocked, before;
    sigfillset(&blocked);
    static const int own_faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGPROF};
    for (size_t index = 0; index < sizeof own_faults / sizeof *own_faults; index++) {
        sigdelset(&blocked, own_faults[index]);
    }
    pthread_t started;
    if (error == 0) {
        pthread_sigmask(SIG_BLOCK, &blocked, &before);
        error = pthread_create(&started, &attributes, run_thread, start);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    pthread_attr_destroy(&attributes);
    if (error != 0) {
        free(start);
        return -error;
    }
    _Static_assert(sizeof started <= sizeof *thread, "a thread's name fits");
    *thread = (uint64_t)started;
    return 0;
}

int clinux_thread_join(uint64_t thread) { return -pthread_join((pthread_t)thread, NULL); }

const char *clinux_error_text(int error) {
    const char *text = strerrordesc_np(error);
    return text != NULL ? text : "unknown error";
}

static int release_segments(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    (void)context;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int index = 0; index < info->dlpi_phnum; index++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[index];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
        uintptr_t start = (info->dlpi_addr + segment->p_vaddr) & ~(page - 1);
        uintptr_t end = (info->dlpi_addr + segment->p_vaddr + segment->p_memsz + page - 1) & ~(page - 1);
        madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void clinux_release_clean_pages(void) { dl_iterate_phdr(release_segments, NULL); }

int clinux_trim_heap(void) { return malloc_trim(0); }

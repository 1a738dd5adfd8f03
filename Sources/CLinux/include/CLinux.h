// Linux calls that Swift's Glibc overlay does not export, and the real system calls behind Reactor's table.
//
// Every function returns the call's result, or -errno: no caller ever reads errno. EINTR is retried inside, except
// by close, which must not be retried on Linux. EBADF, EFAULT, ENOTSOCK and EINVAL of a call whose arguments are all
// ours mean that this program is broken: the process says which call and stops.
//
// `context` is the table's context pointer; the real calls need none.
#ifndef OUTRIGGER_CLINUX_H
#define OUTRIGGER_CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "crash.h"

/// One ready descriptor, as Reactor reads it: epoll_event without its packing, which differs between machines.
struct clinux_event {
    uint64_t token;
    uint32_t events;
    uint32_t unused;
};

ssize_t clinux_recv(void *_Nullable context, int fd, void *_Nonnull buffer, ssize_t count);
ssize_t clinux_send(void *_Nullable context, int fd, const void *_Nonnull buffer, ssize_t count);
/// `slices` points to `count` struct iovec.
ssize_t clinux_send_vector(void *_Nullable context, int fd, const void *_Nonnull slices, ssize_t count);
/// A non-blocking, close-on-exec stream socket of an address family.
ssize_t clinux_socket(void *_Nullable context, int family);
ssize_t clinux_bind(void *_Nullable context, int fd, const void *_Nonnull address, uint32_t length);
ssize_t clinux_listen(void *_Nullable context, int fd, int backlog);
/// Accepts non-blocking and close-on-exec; `*length` is room at `address`, then what was written.
ssize_t clinux_accept(void *_Nullable context, int fd, void *_Nonnull address, uint32_t *_Nonnull length);
ssize_t clinux_connect(void *_Nullable context, int fd, const void *_Nonnull address, uint32_t length);
/// The pending error's number, 0 for none; reading it clears it.
ssize_t clinux_socket_error(void *_Nullable context, int fd);
/// Bytes that the peer has acknowledged since it connected; −errno where the kernel does not know.
ssize_t clinux_acknowledged_bytes(void *_Nullable context, int fd);
/// `option` is the raw value of Reactor's SocketOption.
ssize_t clinux_set_option(void *_Nullable context, int fd, int option, int value);
ssize_t clinux_peer_name(void *_Nullable context, int fd, void *_Nonnull address, uint32_t *_Nonnull length);
ssize_t clinux_local_name(void *_Nullable context, int fd, void *_Nonnull address, uint32_t *_Nonnull length);
ssize_t clinux_shutdown(void *_Nullable context, int fd, int how);
ssize_t clinux_close(void *_Nullable context, int fd);
ssize_t clinux_unlink(void *_Nullable context, const char *_Nonnull path);
ssize_t clinux_epoll_create(void *_Nullable context);
ssize_t clinux_epoll_control(void *_Nullable context, int epoll, int operation, int fd, uint32_t events, uint64_t token);
/// `events` has room for `count` struct clinux_event. A negative timeout waits without end.
ssize_t clinux_epoll_wait(void *_Nullable context, int epoll, void *_Nonnull events, int count, int timeout_milliseconds);
ssize_t clinux_event_create(void *_Nullable context);
ssize_t clinux_event_read(void *_Nullable context, int fd, uint64_t *_Nonnull value);
ssize_t clinux_event_write(void *_Nullable context, int fd, uint64_t value);
/// Nanoseconds.
ssize_t clinux_monotonic(void *_Nullable context);
ssize_t clinux_realtime(void *_Nullable context);
ssize_t clinux_random(void *_Nullable context, void *_Nonnull buffer, ssize_t count);

// Process and threads: not in the table.

/// Blocks the signals in this thread and opens a non-blocking descriptor that reports them. Bit n of `mask` is signal n.
int clinux_signal_open(uint64_t mask);
/// The next pending signal's number, or -EAGAIN.
int clinux_signal_read(int fd);
/// Ignores SIGPIPE in the whole process.
void clinux_ignore_broken_pipes(void);
/// Raises the soft limit of open files to the hard one. Returns the limit that now holds, or -errno.
int64_t clinux_raise_file_limit(void);
/// Starts a thread with every asynchronous signal blocked from its first instruction. `name` holds at most 15 bytes.
/// `stack_bytes` 0 takes the system's default. On success `*thread` is to be joined once.
int clinux_thread_start(uint64_t *_Nonnull thread, const char *_Nonnull name, size_t stack_bytes,
    void (*_Nonnull body)(void *_Nonnull), void *_Nonnull argument);
int clinux_thread_join(uint64_t thread);
/// Gives free pages of every arena back to the system. Non-zero if there were any.
int clinux_trim_heap(void);
/// Unmaps the resident pages of all read-only segments of the program and its libraries: they come back from the page
/// cache when they are needed again.
void clinux_release_clean_pages(void);
/// Sends one datagram to a service manager: `name` is an absolute path, or `@` and an abstract name. Waits half a second
/// at most. Returns 0, or -errno.
int clinux_notify(const char *_Nonnull name, const void *_Nonnull text, size_t count);
/// Makes an inherited descriptor non-blocking and close-on-exec. Returns 0, or -errno: EINVAL when it is no stream socket
/// that listens.
int clinux_adopt_listener(int fd);
/// What strerror says, in memory that lives for ever.
const char *_Nonnull clinux_error_text(int error);

#endif

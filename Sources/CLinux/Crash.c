// Only what signal-safety(7) allows: no allocation, no lock, no stdio.
#define _GNU_SOURCE
#include "crash.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    stack_bytes = 64 * 1024,
    guard_bytes = 4096,
    // Written at once. A pipe that poll calls writable takes so much without waiting.
    buffer_bytes = 4096,
    // A line is shorter.
    line_bytes = 768,
    // All of a report: a reader that stopped must not keep a crashed process.
    report_milliseconds = 2000,
    // A second thread that crashes leaves the first so much time to end the process.
    patience_milliseconds = 10000,
};

static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT};
static const char *const signal_names[] = {"SIGSEGV", "SIGBUS", "SIGILL", "SIGTRAP", "SIGFPE", "SIGABRT"};
enum { signal_count = sizeof signals / sizeof *signals };

static struct sigaction before[signal_count];
static struct clinux_crash_ring rings[CLINUX_CRASH_WORKERS];
// Places of names in `names`, one more than the place; 0 for none. A name is its length and its bytes.
static uint32_t places[clinux_crash_kinds][CLINUX_CRASH_NAMES];
static char names[CLINUX_CRASH_NAME_BYTES];
static uint32_t names_used;

// The thread that reports, and the signal that it reports.
static pid_t reporter;
static int reported_signal;

struct clinux_crash_ring *clinux_crash_ring_of(unsigned worker) { return &rings[worker % CLINUX_CRASH_WORKERS]; }

static char harmless(unsigned char byte) {
    return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\' ? (char)byte : '_';
}

int clinux_crash_name(int kind, uint32_t number, const void *text, size_t count) {
    if (kind < 0 || kind >= clinux_crash_kinds || number >= CLINUX_CRASH_NAMES) return -1;
    if (count > CLINUX_CRASH_NAME_MAX) count = CLINUX_CRASH_NAME_MAX;
    if (places[kind][number] != 0 || names_used + 1 + count > CLINUX_CRASH_NAME_BYTES) return -1;
    char *target = names + names_used;
    *target = (char)count;
    for (size_t index = 0; index < count; index++) target[1 + index] = harmless(((const unsigned char *)text)[index]);
    __atomic_store_n(&places[kind][number], names_used + 1, __ATOMIC_RELEASE);
    names_used += 1 + (uint32_t)count;
    return 0;
}

// MARK: Writing

struct output {
    size_t count;
    int64_t deadline;
    char bytes[buffer_bytes];
};

static int64_t milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void flush(struct output *output) {
    size_t done = 0;
    while (done < output->count) {
        int64_t left = output->deadline - milliseconds();
        struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
        if (left <= 0) break;
        int found = poll(&ready, 1, (int)left);
        if (found < 0 && errno == EINTR) continue;
        if (found <= 0 || !(ready.revents & POLLOUT)) break;
        ssize_t written = write(STDERR_FILENO, output->bytes + done, output->count - done);
        if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (written <= 0) break;
        done += (size_t)written;
    }
    output->count = 0;
}

static void put_bytes(struct output *output, const char *bytes, size_t count) {
    if (count > buffer_bytes - output->count) count = buffer_bytes - output->count;
    memcpy(output->bytes + output->count, bytes, count);
    output->count += count;
}

static void put(struct output *output, const char *text) { put_bytes(output, text, strlen(text)); }

static void put_digits(struct output *output, uint64_t value, int width) {
    char digits[20];
    int used = 0;
    do {
        digits[sizeof digits - 1 - (size_t)used++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    for (; used < width; used++) digits[sizeof digits - 1 - (size_t)used] = '0';
    put_bytes(output, digits + sizeof digits - (size_t)used, (size_t)used);
}

static void put_number(struct output *output, const char *key, int64_t value) {
    put(output, key);
    if (value < 0) put(output, "-");
    put_digits(output, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 1);
}

// RFC 3339 with microseconds, in UTC.
static void put_time(struct output *output, uint64_t nanoseconds) {
    uint64_t seconds = nanoseconds / 1000000000;
    uint64_t second_of_day = seconds % 86400;
    // Days since 1 March of the year 0, in eras of 400 years.
    uint64_t days = seconds / 86400 + 719468;
    uint64_t era = days / 146097, day_of_era = days % 146097;
    uint64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint64_t month = (5 * day_of_year + 2) / 153;
    uint64_t day = day_of_year - (153 * month + 2) / 5 + 1;
    month = month < 10 ? month + 3 : month - 9;
    put_digits(output, era * 400 + year_of_era + (month <= 2), 4);
    put(output, "-");
    put_digits(output, month, 2);
    put(output, "-");
    put_digits(output, day, 2);
    put(output, "T");
    put_digits(output, second_of_day / 3600, 2);
    put(output, ":");
    put_digits(output, second_of_day / 60 % 60, 2);
    put(output, ":");
    put_digits(output, second_of_day % 60, 2);
    put(output, ".");
    put_digits(output, nanoseconds % 1000000000 / 1000, 6);
    put(output, "Z");
}

// A registered name as text, or the number itself where no name fitted.
static void put_name(struct output *output, const char *key, int kind, uint32_t number) {
    uint32_t place =
        number < CLINUX_CRASH_NAMES ? __atomic_load_n(&places[kind][number], __ATOMIC_ACQUIRE) : 0;
    put(output, ",\"");
    put(output, key);
    if (place == 0 || place >= CLINUX_CRASH_NAME_BYTES) {
        put(output, "Number\":");
        put_digits(output, number, 1);
        return;
    }
    const char *name = names + place - 1;
    put(output, "\":\"");
    put_bytes(output, name + 1, (unsigned char)*name);
    put(output, "\"");
}

// MARK: The report

static void begin_line(struct output *output, uint64_t time, const char *event) {
    if (output->count + line_bytes > buffer_bytes) flush(output);
    put(output, "{\"time\":\"");
    put_time(output, time);
    put(output, "\",\"level\":\"error\",\"subsystem\":\"process\",\"event\":\"");
    put(output, event);
    put(output, "\"");
}

static void put_signal(struct output *output, int number) {
    put(output, ",\"signal\":\"");
    for (int index = 0; index < signal_count; index++) {
        if (signals[index] == number) put(output, signal_names[index]);
    }
    put(output, "\"");
}

static void put_thread(struct output *output) {
    char name[17] = {0};
    prctl(PR_GET_NAME, name);
    put(output, ",\"thread\":\"");
    for (size_t index = 0; index < 16 && name[index] != 0; index++) {
        char byte = harmless((unsigned char)name[index]);
        put_bytes(output, &byte, 1);
    }
    put(output, "\"");
}

static uint64_t wall_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// One entry, unless its worker is writing it.
static int copy_entry(struct clinux_crash_entry *entry, uint64_t sequence, struct clinux_crash_entry *copy) {
    if (__atomic_load_n(&entry->sequence, __ATOMIC_ACQUIRE) != sequence) return 0;
    copy->began = __atomic_load_n(&entry->began, __ATOMIC_RELAXED);
    copy->took = __atomic_load_n(&entry->took, __ATOMIC_RELAXED);
    copy->service = __atomic_load_n(&entry->service, __ATOMIC_RELAXED);
    copy->route = __atomic_load_n(&entry->route, __ATOMIC_RELAXED);
    copy->tenant = __atomic_load_n(&entry->tenant, __ATOMIC_RELAXED);
    copy->status = __atomic_load_n(&entry->status, __ATOMIC_RELAXED);
    copy->direction = __atomic_load_n(&entry->direction, __ATOMIC_RELAXED);
    copy->reason = __atomic_load_n(&entry->reason, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(&entry->sequence, __ATOMIC_RELAXED) == sequence;
}

static void report_ring(struct output *output, unsigned worker) {
    struct clinux_crash_ring *ring = &rings[worker];
    uint64_t count = __atomic_load_n(&ring->count, __ATOMIC_ACQUIRE);
    uint64_t first = count > CLINUX_CRASH_ENTRIES ? count - CLINUX_CRASH_ENTRIES : 0;
    for (uint64_t index = first; index < count; index++) {
        struct clinux_crash_entry entry;
        if (!copy_entry(&ring->entries[index % CLINUX_CRASH_ENTRIES], index + 1, &entry)) continue;
        begin_line(output, entry.began, "process.last_request");
        put_number(output, ",\"worker\":", worker);
        put_name(output, "direction", clinux_crash_direction, entry.direction);
        put_number(output, ",\"status\":", entry.status);
        if (entry.reason != 0) put_name(output, "reason", clinux_crash_reason, entry.reason);
        put_number(output, ",\"totalMicroseconds\":", (int64_t)(entry.took / 1000));
        if (entry.route != 0) put_name(output, "route", clinux_crash_route, entry.route);
        if (entry.service != 0) put_name(output, "service", clinux_crash_service, entry.service);
        if (entry.tenant != 0) put_name(output, "tenant", clinux_crash_tenant, entry.tenant);
        put(output, "}\n");
    }
}

static void report(int number, const siginfo_t *info) {
    // On the stack: about 4 of its 64 KiB.
    struct output output;
    output.count = 0;
    output.deadline = milliseconds() + report_milliseconds;
    begin_line(&output, wall_time(), "process.crashed");
    put_signal(&output, number);
    put(&output, info->si_code <= 0 ? ",\"cause\":\"sent\"" : ",\"cause\":\"fault\"");
    put_number(&output, ",\"code\":", info->si_code);
    put_thread(&output);
    put_number(&output, ",\"threadId\":", syscall(SYS_gettid));
    put_name(&output, "version", clinux_crash_version, 0);
    put(&output, "}\n");
    // First of all what is known for sure.
    flush(&output);
    for (unsigned worker = 0; worker < CLINUX_CRASH_WORKERS; worker++) report_ring(&output, worker);
    flush(&output);
}

// MARK: The signal

static void restore_handlers(void) {
    for (int index = 0; index < signal_count; index++) sigaction(signals[index], &before[index], NULL);
}

// The report itself crashed: no more words than these, and the end that the first signal would have brought.
__attribute__((noreturn)) static void end_at_once(void) {
    struct output output;
    output.count = 0;
    output.deadline = milliseconds() + report_milliseconds / 2;
    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int index = 0; index < signal_count; index++) sigaction(signals[index], &standard, NULL);
    begin_line(&output, wall_time(), "process.crash_report_failed");
    put_signal(&output, reported_signal);
    put(&output, "}\n");
    flush(&output);
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, reported_signal);
    syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), reported_signal);
    sigprocmask(SIG_UNBLOCK, &wanted, NULL);
    // A process that is the first of its container survives a signal that was sent.
    _exit(128 + reported_signal);
}

static const struct sigaction *action_before(int number) {
    for (int index = 0; index < signal_count; index++) {
        if (signals[index] == number) return &before[index];
    }
    return NULL;
}

// Lets the signal do, behind this handler, what it would have done without it. A fault happens again, with the same
// registers, when its instruction is tried again. A signal that was sent, or a trap that lies behind its instruction, is
// handed to the handler that was there before, if there was one, and queued with what it said for the default action,
// which comes as soon as this handler has returned.
static void pass_on(int number, siginfo_t *info, void *context) {
    restore_handlers();
    int happens_again = info->si_code > 0 && number != SIGTRAP && number != SIGABRT;
#if defined(__aarch64__)
    if (info->si_code > 0 && number == SIGTRAP) happens_again = 1;
#endif
    if (happens_again) return;
    const struct sigaction *former = action_before(number);
    if (former != NULL && former->sa_handler != SIG_DFL && former->sa_handler != SIG_IGN) {
        // A language's backtrace returns and counts on a second fault.
        if (former->sa_flags & SA_SIGINFO) {
            former->sa_sigaction(number, info, context);
        } else {
            former->sa_handler(number);
        }
        struct sigaction standard = {.sa_handler = SIG_DFL};
        sigaction(number, &standard, NULL);
    }
    pid_t process = getpid(), thread = (pid_t)syscall(SYS_gettid);
    if (syscall(SYS_rt_tgsigqueueinfo, process, thread, number, info) != 0) {
        syscall(SYS_tgkill, process, thread, number);
    }
}

static void on_crash(int number, siginfo_t *info, void *context) {
    int error = errno;
    pid_t thread = (pid_t)syscall(SYS_gettid), nobody = 0;
    if (__atomic_compare_exchange_n(&reporter, &nobody, thread, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        reported_signal = number;
        report(number, info);
    } else if (nobody == thread) {
        end_at_once();
    } else {
        // Another thread's crash is being reported, and ends the process.
        struct timespec pause = {.tv_nsec = 10000000};
        for (int64_t end = milliseconds() + patience_milliseconds; milliseconds() < end;) nanosleep(&pause, NULL);
    }
    pass_on(number, info, context);
    errno = error;
}

void *clinux_crash_enter(void) {
    char *memory = mmap(
        NULL, guard_bytes + stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) return NULL;
    mprotect(memory, guard_bytes, PROT_NONE);
    stack_t stack = {.ss_sp = memory + guard_bytes, .ss_size = stack_bytes};
    if (sigaltstack(&stack, NULL) == 0) return memory;
    munmap(memory, guard_bytes + stack_bytes);
    return NULL;
}

void clinux_crash_leave(void *stack) {
    if (stack == NULL) return;
    stack_t none = {.ss_flags = SS_DISABLE};
    sigaltstack(&none, NULL);
    munmap(stack, guard_bytes + stack_bytes);
}

int clinux_crash_install(void) {
    // Without a stack of its own a report still works, but for a stack that ran over.
    clinux_crash_enter();
    struct sigaction action = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (int index = 0; index < signal_count; index++) {
        if (sigaction(signals[index], &action, &before[index]) != 0) return -errno;
    }
    return 0;
}

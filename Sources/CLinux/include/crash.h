// What a crash leaves behind: a line about the signal and, of each worker, the last requests. Numbers and configured
// names only: nothing that a peer sent has a way in.
#ifndef OUTRIGGER_CLINUX_CRASH_H
#define OUTRIGGER_CLINUX_CRASH_H

#include <stddef.h>
#include <stdint.h>

/// Workers that have a ring.
#define CLINUX_CRASH_WORKERS 256
/// Requests that a ring remembers.
#define CLINUX_CRASH_ENTRIES 64
/// Names kept of each kind, and bytes of all names together; behind that a report has numbers.
#define CLINUX_CRASH_NAMES 4096
#define CLINUX_CRASH_NAME_BYTES (256 * 1024)
/// Longest name.
#define CLINUX_CRASH_NAME_MAX 127

/// Kinds of names.
enum clinux_crash_kind {
    clinux_crash_service,
    clinux_crash_route,
    clinux_crash_tenant,
    clinux_crash_reason,
    clinux_crash_direction,
    clinux_crash_version,
    clinux_crash_kinds
};

/// One request. A number of 0 is none.
struct clinux_crash_entry {
    /// Its place in the ring's count; 0 while it is written.
    uint64_t sequence;
    /// Nanoseconds since 1970.
    uint64_t began;
    uint64_t took;
    uint32_t service;
    uint32_t route;
    uint32_t tenant;
    uint16_t status;
    uint8_t direction;
    uint8_t reason;
};

/// The last requests of one worker, which alone writes it.
struct clinux_crash_ring {
    uint64_t count;
    struct clinux_crash_entry entries[CLINUX_CRASH_ENTRIES];
};

/// The ring of a worker: memory of the process for life.
struct clinux_crash_ring *_Nonnull clinux_crash_ring_of(unsigned worker);

/// Remembers a request. Only the ring's own worker.
static inline void clinux_crash_record(struct clinux_crash_ring *_Nonnull ring, uint64_t began, uint64_t took,
    uint32_t service, uint32_t route, uint32_t tenant, uint16_t status, uint8_t direction, uint8_t reason) {
    uint64_t before = __atomic_load_n(&ring->count, __ATOMIC_RELAXED);
    struct clinux_crash_entry *entry = &ring->entries[before % CLINUX_CRASH_ENTRIES];
    __atomic_store_n(&entry->sequence, 0, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    __atomic_store_n(&entry->began, began, __ATOMIC_RELAXED);
    __atomic_store_n(&entry->took, took, __ATOMIC_RELAXED);
    __atomic_store_n(&entry->service, service, __ATOMIC_RELAXED);
    __atomic_store_n(&entry->route, route, __ATOMIC_RELAXED);
    __atomic_store_n(&entry->tenant, tenant, __ATOMIC_RELAXED);
    __atomic_store_n(&entry->status, status, __ATOMIC_RELAXED);
    __atomic_store_n(&entry->direction, direction, __ATOMIC_RELAXED);
    __atomic_store_n(&entry->reason, reason, __ATOMIC_RELAXED);
    __atomic_store_n(&entry->sequence, before + 1, __ATOMIC_RELEASE);
    __atomic_store_n(&ring->count, before + 1, __ATOMIC_RELEASE);
}

/// Gives a number its name, once and before any ring holds the number. One thread at a time. Bytes that JSON would
/// escape become `_`. Returns 0, or -1 when there is no room: then reports show the number.
int clinux_crash_name(int kind, uint32_t number, const void *_Nonnull text, size_t count);

/// Reports SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE and SIGABRT on standard error, then lets them do what they would have
/// done. Once, before other threads start. Returns 0, or -errno.
int clinux_crash_install(void);

/// Gives this thread a stack for crash reports. What it returns is for `clinux_crash_leave` at the thread's end.
void *_Nullable clinux_crash_enter(void);
void clinux_crash_leave(void *_Nullable stack);

#endif

// Tells ThreadSanitizer of the locks that it cannot see. Preloaded by Mesh/checks/sanitize; needs nothing but libc.
//
// A Swift Mutex that nobody else wants is taken in the caller's own code, which is instrumented. A contended one is
// taken and handed on by the kernel (futex(2): FUTEX_LOCK_PI, FUTEX_UNLOCK_PI) from libswiftSynchronization, which is
// not: without this, whatever a contended Mutex protects looks like a race. Swift 6.3 calls these two functions. Should
// a later one call others, the reports come back.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

// In the program; absent from those that run without the sanitizer.
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

// Synchronization._MutexHandle._lockSlow(Swift.UInt32) -> ()
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
SWIFT void lock_slow(uint32_t thread, SELF void *handle) __asm__(LOCK_SLOW);
SWIFT void lock_slow(uint32_t thread, SELF void *handle) {
    ((SWIFT void (*)(uint32_t, SELF void *))dlsym(RTLD_NEXT, LOCK_SLOW))(thread, handle);
    if (__tsan_acquire) __tsan_acquire(handle);
}

// Synchronization._MutexHandle._unlockSlow() -> ()
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
SWIFT void unlock_slow(SELF void *handle) __asm__(UNLOCK_SLOW);
SWIFT void unlock_slow(SELF void *handle) {
    if (__tsan_release) __tsan_release(handle);
    ((SWIFT void (*)(SELF void *))dlsym(RTLD_NEXT, UNLOCK_SLOW))(handle);
}

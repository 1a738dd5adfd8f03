// Linux calls that Swift's Glibc overlay does not export, as static inline shims.
//
// Every shim returns the call's result, or -errno: no caller ever reads errno.
#ifndef OUTRIGGER_CLINUX_H
#define OUTRIGGER_CLINUX_H
#endif

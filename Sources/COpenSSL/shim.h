// OpenSSL 3.0, with static inline shims for the macros that Swift cannot import.
#ifndef OUTRIGGER_COPENSSL_SHIM_H
#define OUTRIGGER_COPENSSL_SHIM_H
#include <openssl/ssl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#endif

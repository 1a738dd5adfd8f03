// OpenSSL 3.0, with static inline shims for the macros that Swift cannot import.
#ifndef OUTRIGGER_COPENSSL_SHIM_H
#define OUTRIGGER_COPENSSL_SHIM_H
// SHA256_Init and its kin are used on purpose: a plain struct that is copied without an allocation.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/ssl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

static const uint64_t COpenSSL_noRenegotiation = SSL_OP_NO_RENEGOTIATION;
static const uint64_t COpenSSL_noCompression = SSL_OP_NO_COMPRESSION;
static const uint64_t COpenSSL_noTicket = SSL_OP_NO_TICKET;
static const uint64_t COpenSSL_serverPreference = SSL_OP_CIPHER_SERVER_PREFERENCE;
static const uint64_t COpenSSL_prioritizeChaCha = SSL_OP_PRIORITIZE_CHACHA;

static const unsigned long COpenSSL_subjectFormat = XN_FLAG_RFC2253;
static const int COpenSSL_retryFlags = BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY;

static inline void COpenSSL_setMode(SSL_CTX *context, long mode) { SSL_CTX_set_mode(context, mode); }
static inline void COpenSSL_sessionCacheOff(SSL_CTX *context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}
static inline int COpenSSL_setMinimumVersion(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_min_proto_version(context, version);
}
static inline int COpenSSL_setMaximumVersion(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_max_proto_version(context, version);
}
static inline int COpenSSL_setGroups(SSL_CTX *context, const char *list) {
    return (int)SSL_CTX_set1_groups_list(context, list);
}
static inline int COpenSSL_addChainCertificate(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}
static inline int COpenSSL_setServerName(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}
static inline int COpenSSL_nameCount(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
static inline GENERAL_NAME *COpenSSL_name(const GENERAL_NAMES *names, int index) {
    return sk_GENERAL_NAME_value(names, index);
}
static inline int COpenSSL_pushName(GENERAL_NAMES *names, GENERAL_NAME *name) {
    return sk_GENERAL_NAME_push(names, name);
}
#endif

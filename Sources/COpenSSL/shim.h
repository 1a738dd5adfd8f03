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
#include <openssl/core_names.h>
#include <openssl/params.h>

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
static inline void COpenSSL_setServerNameCallback(SSL_CTX *context, int (*callback)(SSL *, int *, void *)) {
    SSL_CTX_set_tlsext_servername_callback(context, callback);
}
// The key and the hash of the MAC over a session ticket. The key is read during the call only.
static inline int COpenSSL_setTicketMAC(EVP_MAC_CTX *mac, unsigned char *key, size_t count) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key, count),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_CTX_set_params(mac, parameters);
}
static inline int COpenSSL_setAlgorithms(SSL *session, const char *list) {
    return (int)SSL_set1_sigalgs_list(session, list);
}
static inline int COpenSSL_certificateCount(const STACK_OF(X509) *chain) { return chain ? sk_X509_num(chain) : 0; }
static inline X509 *COpenSSL_certificate(const STACK_OF(X509) *chain, int index) { return sk_X509_value(chain, index); }
static inline int COpenSSL_nameCount(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
static inline GENERAL_NAME *COpenSSL_name(const GENERAL_NAMES *names, int index) {
    return sk_GENERAL_NAME_value(names, index);
}
static inline int COpenSSL_pushName(GENERAL_NAMES *names, GENERAL_NAME *name) {
    return sk_GENERAL_NAME_push(names, name);
}
#endif

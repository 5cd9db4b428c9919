/* A TLS connection over mbedTLS that trusts one anchor. */
#ifndef TLS_H
#define TLS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>

#define LOGI(...) (printf("I " __VA_ARGS__), putchar('\n'))
#define LOGE(...) (printf("E " __VA_ARGS__), putchar('\n'))

/* Where to connect to, and what to trust. */
typedef struct {
    const char *host;
    uint16_t port;
    /* PEM text; the size counts its final NUL, as mbedTLS requires. */
    const char *anchor;
    size_t anchor_size;
    /* PEM files with the client certificate and its private key, for a broker that asks for one. If
     * the key is not there, none is shown. */
    const char *certificate_file;
    const char *key_file;
    /* A clock before this time is wrong; seconds since 1970. */
    int64_t not_before;
} server_t;

typedef struct {
    mbedtls_net_context socket;
    mbedtls_ssl_context ssl;
    mbedtls_ssl_config config;
    mbedtls_x509_crt anchor;
    mbedtls_x509_crt own_certificate;
    mbedtls_pk_context own_key;
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context random;
} connection_t;

/* All return 0, or a negative code, which they have logged in words. */

/* TCP and TLS, verified against the anchor alone. To be closed even if it fails. */
int tls_connect(connection_t *c, const server_t *server);
/* Writes all of `bytes`. */
int tls_send(connection_t *c, const uint8_t *bytes, size_t length);
/* Fills `bytes`. */
int tls_receive(connection_t *c, uint8_t *bytes, size_t length);

/* Says goodbye if there is a session, and frees everything. */
void tls_close(connection_t *c);

#endif

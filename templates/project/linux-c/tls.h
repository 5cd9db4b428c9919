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

/* The server to connect to, and the anchor to trust. */
typedef struct {
    const char *host;
    uint16_t port;
    /* PEM text; the size includes its final NUL, as mbedTLS requires. */
    const char *anchor;
    size_t anchor_size;
    /* PEM files with the client certificate and its private key, for a server that requests one. If
     * the key file does not exist, no certificate is sent. */
    const char *certificate_file;
    const char *key_file;
    /* A clock before this time is wrong, in seconds since 1970. */
    int64_t not_before;
} server_t;

typedef struct {
    mbedtls_net_context socket;
    mbedtls_ssl_context ssl;
    mbedtls_ssl_config config;
    mbedtls_x509_crt anchor;
    mbedtls_x509_crt client_certificate;
    mbedtls_pk_context client_key;
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context random;
} connection_t;

/* All return 0, or a negative code after logging an error. */

/* Connects over TCP and TLS, and verifies the server against the anchor only. Call tls_close even if
 * this fails. */
int tls_connect(connection_t *c, const server_t *server);
/* Sends all of `bytes`. */
int tls_send(connection_t *c, const uint8_t *bytes, size_t length);
/* Reads exactly `length` bytes. */
int tls_receive(connection_t *c, uint8_t *bytes, size_t length);

/* Closes the session if there is one, and frees everything. */
void tls_close(connection_t *c);

#endif

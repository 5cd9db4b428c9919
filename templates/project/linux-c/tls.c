#include "tls.h"

#include <inttypes.h>
#include <time.h>

#include <mbedtls/error.h>
#include <mbedtls/version.h>

/* The time limit for each read, in milliseconds. */
#ifndef PATIENCE_MS
#define PATIENCE_MS 10000
#endif

static int failed(const char *what, int code)
{
    char message[160];
    mbedtls_strerror(code, message, sizeof message);
    LOGE("%s: -0x%04X, %s", what, (unsigned)-code, message);
    return code;
}

int tls_send(connection_t *c, const uint8_t *bytes, size_t length)
{
    while (length > 0) {
        int sent = mbedtls_ssl_write(&c->ssl, bytes, length);
        if (sent < 0) {
            return failed("write", sent);
        }
        bytes += sent;
        length -= (size_t)sent;
    }
    return 0;
}

int tls_receive(connection_t *c, uint8_t *bytes, size_t length)
{
    while (length > 0) {
        int received = mbedtls_ssl_read(&c->ssl, bytes, length);
        if (received == 0) {
            received = MBEDTLS_ERR_SSL_CONN_EOF;
        }
        if (received < 0) {
            return failed("read", received);
        }
        bytes += received;
        length -= (size_t)received;
    }
    return 0;
}

static int handshake(connection_t *c)
{
    int code = mbedtls_ssl_handshake(&c->ssl);
    if (code != 0) {
        uint32_t flags = mbedtls_ssl_get_verify_result(&c->ssl);
        if (flags != 0 && flags != UINT32_MAX) {
            char message[512];
            mbedtls_x509_crt_verify_info(message, sizeof message, "", flags);
            LOGE("certificate: flags 0x%" PRIX32 ", %s", flags, message);
        }
        return failed("handshake", code);
    }
    return 0;
}

/* Loads the client certificate, if its files exist, for a server that requests one. */
static int load_client_certificate(connection_t *c, const server_t *server)
{
    FILE *key = fopen(server->key_file, "r");
    if (key == NULL) {
        return 0;
    }
    fclose(key);
    int code = mbedtls_x509_crt_parse_file(&c->client_certificate, server->certificate_file);
    if (code != 0) {
        return failed(server->certificate_file, code);
    }
#if MBEDTLS_VERSION_MAJOR >= 3
    code = mbedtls_pk_parse_keyfile(&c->client_key, server->key_file, NULL, mbedtls_ctr_drbg_random,
                                    &c->random);
#else
    code = mbedtls_pk_parse_keyfile(&c->client_key, server->key_file, NULL);
#endif
    if (code != 0) {
        return failed(server->key_file, code);
    }
    return mbedtls_ssl_conf_own_cert(&c->config, &c->client_certificate, &c->client_key);
}

int tls_connect(connection_t *c, const server_t *server)
{
    mbedtls_net_init(&c->socket);
    mbedtls_ssl_init(&c->ssl);
    mbedtls_ssl_config_init(&c->config);
    mbedtls_x509_crt_init(&c->anchor);
    mbedtls_x509_crt_init(&c->client_certificate);
    mbedtls_pk_init(&c->client_key);
    mbedtls_entropy_init(&c->entropy);
    mbedtls_ctr_drbg_init(&c->random);

    /* In 1970 no certificate is valid yet. */
    if ((int64_t)time(NULL) < server->not_before) {
        LOGE("the clock is behind the certificate: set it, for example with NTP");
        return -1;
    }
    char port[6];
    snprintf(port, sizeof port, "%u", (unsigned)server->port);
    int code = mbedtls_ctr_drbg_seed(&c->random, mbedtls_entropy_func, &c->entropy, NULL, 0);
    if (code != 0) {
        return failed("random numbers", code);
    }
    code = mbedtls_x509_crt_parse(&c->anchor, (const unsigned char *)server->anchor,
                                  server->anchor_size);
    /* A positive number counts the anchors that mbedTLS cannot read; it uses the others. */
    if (code < 0) {
        return failed("the anchor", code);
    }
    code = mbedtls_net_connect(&c->socket, server->host, port, MBEDTLS_NET_PROTO_TCP);
    if (code != 0) {
        return failed("connect", code);
    }
    code = mbedtls_ssl_config_defaults(&c->config, MBEDTLS_SSL_IS_CLIENT,
                                       MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    if (code != 0) {
        return failed("configuration", code);
    }
    mbedtls_ssl_conf_authmode(&c->config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_ca_chain(&c->config, &c->anchor, NULL);
    mbedtls_ssl_conf_rng(&c->config, mbedtls_ctr_drbg_random, &c->random);
    mbedtls_ssl_conf_read_timeout(&c->config, PATIENCE_MS);
    code = load_client_certificate(c, server);
    if (code != 0) {
        return code;
    }
    code = mbedtls_ssl_setup(&c->ssl, &c->config);
    if (code == 0) {
        code = mbedtls_ssl_set_hostname(&c->ssl, server->host);
    }
    if (code != 0) {
        return failed("session", code);
    }
    mbedtls_ssl_set_bio(&c->ssl, &c->socket, mbedtls_net_send, NULL, mbedtls_net_recv_timeout);
    code = handshake(c);
    if (code == 0) {
        LOGI("%s with %s:%s", mbedtls_ssl_get_version(&c->ssl), server->host, port);
    }
    return code;
}

void tls_close(connection_t *c)
{
    mbedtls_ssl_close_notify(&c->ssl);
    mbedtls_net_free(&c->socket);
    mbedtls_ssl_free(&c->ssl);
    mbedtls_ssl_config_free(&c->config);
    mbedtls_x509_crt_free(&c->anchor);
    mbedtls_x509_crt_free(&c->client_certificate);
    mbedtls_pk_free(&c->client_key);
    mbedtls_ctr_drbg_free(&c->random);
    mbedtls_entropy_free(&c->entropy);
}

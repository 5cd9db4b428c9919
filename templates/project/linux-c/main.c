/* Connects to an MQTT broker over TLS and says that it is there.
 *
 * certs/server.pem holds the one certificate that is trusted; server_root_ca.h is made from it.
 * Edit: the client identifier, the topic, and what is published.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>

#include "server_root_ca.h"

#define LOGI(...) (printf("I (linux-c) " __VA_ARGS__), putchar('\n'))
#define LOGE(...) (printf("E (linux-c) " __VA_ARGS__), putchar('\n'))

/* CONNECT, clean session, keep-alive 60 s, client identifier "linux-c" (MQTT 3.1.1 section 3.1). */
static const uint8_t CONNECT[] = {
    0x10, 19, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 7, 'l', 'i', 'n', 'u', 'x', '-', 'c',
};

/* PUBLISH at most once on "devices/linux-c/heartbeat" (section 3.3). */
static const char TOPIC[] = "devices/linux-c/heartbeat";
static const char BEAT[] = "{\"beat\":1}";

static const uint8_t DISCONNECT[] = {0xE0, 0};

typedef struct {
    mbedtls_net_context socket;
    mbedtls_ssl_context ssl;
    mbedtls_ssl_config config;
    mbedtls_x509_crt anchor;
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context random;
} connection_t;

static void connection_init(connection_t *c)
{
    mbedtls_net_init(&c->socket);
    mbedtls_ssl_init(&c->ssl);
    mbedtls_ssl_config_init(&c->config);
    mbedtls_x509_crt_init(&c->anchor);
    mbedtls_entropy_init(&c->entropy);
    mbedtls_ctr_drbg_init(&c->random);
}

static void connection_free(connection_t *c)
{
    mbedtls_net_free(&c->socket);
    mbedtls_ssl_free(&c->ssl);
    mbedtls_ssl_config_free(&c->config);
    mbedtls_x509_crt_free(&c->anchor);
    mbedtls_ctr_drbg_free(&c->random);
    mbedtls_entropy_free(&c->entropy);
}

static int failed(const char *what, int code)
{
    char words[160];
    mbedtls_strerror(code, words, sizeof words);
    LOGE("%s: -0x%04X, %s", what, (unsigned)-code, words);
    return code;
}

/* Writes all of `bytes`; 0, or mbedTLS's code. */
static int send_all(connection_t *c, const uint8_t *bytes, size_t length)
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

/* Fills `bytes`; 0, or mbedTLS's code. */
static int receive_all(connection_t *c, uint8_t *bytes, size_t length)
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

/* TCP and TLS, verified against the anchor alone. */
static int tls_connect(connection_t *c, const char *host, const char *port)
{
    int code = mbedtls_ctr_drbg_seed(&c->random, mbedtls_entropy_func, &c->entropy, NULL, 0);
    if (code != 0) {
        return failed("random numbers", code);
    }
    /* `sizeof` counts the final NUL, as mbedTLS wants it for PEM. */
    code = mbedtls_x509_crt_parse(&c->anchor, (const unsigned char *)SERVER_ROOT_CA,
                                  sizeof SERVER_ROOT_CA);
    if (code != 0) {
        return failed("the anchor", code);
    }
    code = mbedtls_net_connect(&c->socket, host, port, MBEDTLS_NET_PROTO_TCP);
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
    code = mbedtls_ssl_setup(&c->ssl, &c->config);
    if (code == 0) {
        code = mbedtls_ssl_set_hostname(&c->ssl, host);
    }
    if (code != 0) {
        return failed("session", code);
    }
    mbedtls_ssl_set_bio(&c->ssl, &c->socket, mbedtls_net_send, mbedtls_net_recv, NULL);
    code = mbedtls_ssl_handshake(&c->ssl);
    if (code != 0) {
        uint32_t flags = mbedtls_ssl_get_verify_result(&c->ssl);
        if (flags != 0 && flags != UINT32_MAX) {
            char words[512];
            mbedtls_x509_crt_verify_info(words, sizeof words, "", flags);
            LOGE("certificate: flags 0x%" PRIX32 ", %s", flags, words);
        }
        return failed("handshake", code);
    }
    LOGI("%s with %s:%s", mbedtls_ssl_get_version(&c->ssl), host, port);
    return 0;
}

/* CONNECT, a heartbeat, DISCONNECT. */
static int mqtt_beat(connection_t *c)
{
    uint8_t connack[4];
    int code = send_all(c, CONNECT, sizeof CONNECT);
    if (code == 0) {
        code = receive_all(c, connack, sizeof connack);
    }
    if (code != 0) {
        return code;
    }
    if (connack[0] != 0x20 || connack[1] != 2 || connack[3] != 0) {
        LOGE("the broker does not take the connection: CONNACK %d", connack[3]);
        return -1;
    }
    LOGI("CONNACK: the broker took the connection");

    uint8_t publish[2 + 2 + sizeof TOPIC - 1 + sizeof BEAT - 1] = {
        0x30, sizeof publish - 2, 0, sizeof TOPIC - 1,
    };
    memcpy(publish + 4, TOPIC, sizeof TOPIC - 1);
    memcpy(publish + 4 + sizeof TOPIC - 1, BEAT, sizeof BEAT - 1);
    code = send_all(c, publish, sizeof publish);
    if (code == 0) {
        code = send_all(c, DISCONNECT, sizeof DISCONNECT);
    }
    return code;
}

int main(void)
{
    /* Validity is a matter of dates: with a clock of 1970 no certificate is valid yet. */
    if ((int64_t)time(NULL) < SERVER_ROOT_CA_NOT_BEFORE) {
        LOGE("the clock is behind the certificate: set it, for example with NTP");
        return EXIT_FAILURE;
    }
    char port[6];
    snprintf(port, sizeof port, "%u", (unsigned)SERVER_ROOT_CA_PORT);
    connection_t connection;
    connection_init(&connection);
    int code = tls_connect(&connection, SERVER_ROOT_CA_HOST, port);
    if (code == 0) {
        code = mqtt_beat(&connection);
    }
    if (code == 0) {
        mbedtls_ssl_close_notify(&connection.ssl);
    }
    connection_free(&connection);
    return code == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

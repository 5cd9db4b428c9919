/* mbedTLS: "sound"; "none" and "optional" verify nothing; "nohost" compares no name. */
#include "device.h"
#include "../../support/mbedtls_random.h"

#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>

static void talk(mbedtls_ssl_context *ssl) {
    unsigned char answer[64];
    if (mbedtls_ssl_write(ssl, CONNECT, sizeof CONNECT) > 0) mbedtls_ssl_read(ssl, answer, sizeof answer);
    mbedtls_ssl_close_notify(ssl);
}

static void meet(int socket_) {
    mbedtls_ssl_context ssl;
    mbedtls_ssl_config config;
    mbedtls_x509_crt anchors;
    mbedtls_net_context net;
    prepare();
    net.fd = socket_;
    mbedtls_ssl_init(&ssl);
    mbedtls_ssl_config_init(&config);
    mbedtls_x509_crt_init(&anchors);
    if (mbedtls_x509_crt_parse_file(&anchors, anchor) != 0) exit(3);
    mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                MBEDTLS_SSL_PRESET_DEFAULT);
    mbedtls_ssl_conf_authmode(&config, is("none")       ? MBEDTLS_SSL_VERIFY_NONE
                                       : is("optional") ? MBEDTLS_SSL_VERIFY_OPTIONAL
                                                        : MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_ca_chain(&config, &anchors, NULL);
    mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random_);
    if (mbedtls_ssl_setup(&ssl, &config) != 0) exit(3);
    mbedtls_ssl_set_hostname(&ssl, is("nohost") ? NULL : HOST);
    mbedtls_ssl_set_bio(&ssl, &net, mbedtls_net_send, mbedtls_net_recv, NULL);
    if (mbedtls_ssl_handshake(&ssl) == 0) talk(&ssl);
    mbedtls_ssl_free(&ssl);
    mbedtls_ssl_config_free(&config);
    mbedtls_x509_crt_free(&anchors);
}

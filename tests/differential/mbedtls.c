/* mbedTLS 2.28 and 3.6, as a client of TLS 1.2 that requires a verified server. */
#include "client.h"
#include "../support/mbedtls_random.h"

#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>

static int shake(mbedtls_ssl_context *ssl, const struct job *job, int socket_) {
    mbedtls_net_context net;
    int error = mbedtls_ssl_set_hostname(ssl, job->host);
    if (error != 0) return error;
    net.fd = socket_;
    mbedtls_ssl_set_bio(ssl, &net, mbedtls_net_send, mbedtls_net_recv, NULL);
    return mbedtls_ssl_handshake(ssl);
}

static void judge(const struct job *job) {
    mbedtls_ssl_context ssl;
    mbedtls_ssl_config config;
    mbedtls_x509_crt anchors;
    int error, socket_;
    prepare();
    mbedtls_ssl_init(&ssl);
    mbedtls_ssl_config_init(&config);
    mbedtls_x509_crt_init(&anchors);
    // Like the programs of mbedTLS, Arduino and ESP-IDF, it uses the anchors that could be read.
    if ((error = mbedtls_x509_crt_parse_file(&anchors, job->anchor)) < 0) {
        say(job, "anchor -0x%04x", (unsigned)-error);
    } else if ((socket_ = connected(job)) < 0) {
        say(job, "unserved");
    } else {
        mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                    MBEDTLS_SSL_PRESET_DEFAULT);
#if MBEDTLS_VERSION_MAJOR >= 3
        mbedtls_ssl_conf_max_tls_version(&config, MBEDTLS_SSL_VERSION_TLS1_2);
#endif
        mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_REQUIRED);
        mbedtls_ssl_conf_ca_chain(&config, &anchors, NULL);
        mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random_);
        if (mbedtls_ssl_setup(&ssl, &config) != 0) exit(3);
        error = shake(&ssl, job, socket_);
        if (error == 0) say(job, "ok");
        else if (error == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED)
            say(job, "-0x2700/0x%x", (unsigned)mbedtls_ssl_get_verify_result(&ssl));
        else say(job, "-0x%04x", (unsigned)-error);
        close(socket_);
    }
    mbedtls_ssl_free(&ssl);
    mbedtls_ssl_config_free(&config);
    mbedtls_x509_crt_free(&anchors);
}

/* A client of mbedTLS: `load` in anchor.c loads the anchor as firmware would.
 *
 * Usage: program PORT NAME. Exits with 0 after a handshake with a server that it trusts, with 1
 * if it does not trust it, with 2 if the anchor cannot be parsed or more than that was parsed. */
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <stdint.h>
#include <stdio.h>

#include "connect.h"

int load(mbedtls_x509_crt *anchors);

int main(int argc, char **argv)
{
    mbedtls_net_context net;
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context random;
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;
    mbedtls_x509_crt anchors;
    int result, count = 0;
    const mbedtls_x509_crt *one;

    if (argc != 3)
        return 70;
    mbedtls_x509_crt_init(&anchors);
    result = load(&anchors);
    if (result != 0) {
        printf("load: -0x%04x\n", (unsigned)-result);
        return 2;
    }
    for (one = &anchors; one != NULL && one->raw.p != NULL; one = one->next)
        count++;
    printf("%d\n", count);
    if (strcmp(argv[1], "0") == 0)
        return 0;

    net.fd = connect_to(argv[1]);
    mbedtls_entropy_init(&entropy);
    mbedtls_ctr_drbg_init(&random);
    mbedtls_ctr_drbg_seed(&random, mbedtls_entropy_func, &entropy, NULL, 0);
    mbedtls_ssl_config_init(&config);
    mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                MBEDTLS_SSL_PRESET_DEFAULT);
    mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_ca_chain(&config, &anchors, NULL);
    mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random);
    mbedtls_ssl_init(&ssl);
    mbedtls_ssl_setup(&ssl, &config);
    mbedtls_ssl_set_hostname(&ssl, argv[2]);
    mbedtls_ssl_set_bio(&ssl, &net, mbedtls_net_send, mbedtls_net_recv, NULL);
    do
        result = mbedtls_ssl_handshake(&ssl);
    while (result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE);
    if (result != 0) {
        printf("handshake: -0x%04x\n", (unsigned)-result);
        return result == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED ? 1 : 70;
    }
    result = mbedtls_ssl_write(&ssl, (const unsigned char *)"trusted", 7);
    mbedtls_ssl_close_notify(&ssl);
    return result == 7 ? 0 : 70;
}

/* OpenSSL at Debian's security level: "sound"; "none" verifies nothing; "nohost" compares no name; "late" compares
 * it after the handshake, before it sends anything. */
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "device.h"

static int is_for_the_host(SSL *ssl) {
    X509 *leaf = SSL_get1_peer_certificate(ssl);
    int fits = leaf && X509_check_host(leaf, HOST, strlen(HOST), 0, NULL) == 1;
    X509_free(leaf);
    return fits;
}

static void meet(int socket_) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    char answer[64];
    SSL *ssl;
    SSL_CTX_set_security_level(context, 2);
    SSL_CTX_set_verify(context, is("none") ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
    if (SSL_CTX_load_verify_locations(context, anchor, NULL) != 1) exit(3);
    ssl = SSL_new(context);
    if (is("sound")) SSL_set1_host(ssl, HOST);
    SSL_set_tlsext_host_name(ssl, HOST);
    SSL_set_fd(ssl, socket_);
    if (SSL_connect(ssl) == 1 && (!is("late") || is_for_the_host(ssl))) {
        SSL_write(ssl, CONNECT, sizeof CONNECT);
        SSL_read(ssl, answer, sizeof answer);
        SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    SSL_CTX_free(context);
}

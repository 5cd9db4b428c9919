/* wolfSSL: "sound"; "none" verifies nothing; "nohost" compares no name. */
#include <wolfssl/options.h>
#include <wolfssl/ssl.h>

#include "device.h"

static void meet(int socket_) {
    static int ready;
    char answer[64];
    WOLFSSL_CTX *context;
    WOLFSSL *ssl;
    if (!ready) ready = wolfSSL_Init();
    if (!(context = wolfSSL_CTX_new(wolfSSLv23_client_method()))) exit(3);
    wolfSSL_CTX_set_verify(context, is("none") ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
    if (wolfSSL_CTX_load_verify_locations(context, anchor, NULL) != WOLFSSL_SUCCESS) exit(3);
    if (!(ssl = wolfSSL_new(context))) exit(3);
    if (is("sound")) wolfSSL_check_domain_name(ssl, HOST);
    wolfSSL_UseSNI(ssl, WOLFSSL_SNI_HOST_NAME, HOST, (unsigned short)strlen(HOST));
    wolfSSL_set_fd(ssl, socket_);
    if (wolfSSL_connect(ssl) == WOLFSSL_SUCCESS) {
        wolfSSL_write(ssl, CONNECT, sizeof CONNECT);
        wolfSSL_read(ssl, answer, sizeof answer);
        wolfSSL_shutdown(ssl);
    }
    wolfSSL_free(ssl);
    wolfSSL_CTX_free(context);
}

/* A client of wolfSSL: `load` in anchor.c loads the anchors as firmware would.
 *
 * Usage: program PORT NAME. Exits with 0 after a handshake with a server that it trusts, with 1
 * if it does not trust it, with 2 if the anchor cannot be loaded. */
#include <wolfssl/options.h>
#include <wolfssl/ssl.h>
#include <stdint.h>
#include <stdio.h>

#include "connect.h"

int load(WOLFSSL_CTX *context);

int main(int argc, char **argv)
{
    WOLFSSL_CTX *context;
    WOLFSSL *ssl;
    int error;

    if (argc != 3)
        return 70;
    wolfSSL_Init();
    context = wolfSSL_CTX_new(wolfSSLv23_client_method());
    wolfSSL_CTX_set_verify(context, WOLFSSL_VERIFY_PEER, NULL);
    error = load(context);
    if (error != WOLFSSL_SUCCESS) {
        printf("load: %d\n", error);
        return 2;
    }
    if (strcmp(argv[1], "0") == 0)
        return 0;
    ssl = wolfSSL_new(context);
    wolfSSL_check_domain_name(ssl, argv[2]);
    wolfSSL_set_fd(ssl, connect_to(argv[1]));
    if (wolfSSL_connect(ssl) != WOLFSSL_SUCCESS) {
        error = wolfSSL_get_error(ssl, 0);
        printf("handshake: %d\n", error);
        /* ASN_NO_SIGNER_E and ASN_SELF_SIGNED_E of wolfssl/wolfcrypt/error-crypt.h. */
        return error == -188 || error == -275 ? 1 : 70;
    }
    error = wolfSSL_write(ssl, "trusted", 7);
    wolfSSL_shutdown(ssl);
    return error == 7 ? 0 : 70;
}

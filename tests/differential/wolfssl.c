/* wolfSSL through its OpenSSL-like interface, with the name of the host checked. */
#include <wolfssl/options.h>
#include <wolfssl/ssl.h>

#include "client.h"

static void judge(const struct job *job) {
    static int ready;
    WOLFSSL_CTX *context;
    WOLFSSL *ssl;
    int socket_, result, takes_host;
    if (!ready) ready = wolfSSL_Init();
    if (!(context = wolfSSL_CTX_new(wolfSSLv23_client_method()))) exit(3);
    wolfSSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    result = wolfSSL_CTX_load_verify_locations(context, job->anchor, NULL);
    if (result != WOLFSSL_SUCCESS) {
        say(job, "anchor %d", result);
    } else if ((socket_ = connected(job)) < 0) {
        say(job, "unserved");
    } else {
        if (!(ssl = wolfSSL_new(context))) exit(3);
        // Version 5.9 accepts no addresses and no names of one label here.
        takes_host = wolfSSL_check_domain_name(ssl, job->host) == WOLFSSL_SUCCESS;
        wolfSSL_UseSNI(ssl, WOLFSSL_SNI_HOST_NAME, job->host, (unsigned short)strlen(job->host));
        wolfSSL_set_fd(ssl, socket_);
        result = wolfSSL_connect(ssl);
        if (!takes_host) say(job, "host");
        else if (result == WOLFSSL_SUCCESS) say(job, "ok");
        else say(job, "%d", wolfSSL_get_error(ssl, result));
        wolfSSL_free(ssl);
        close(socket_);
    }
    wolfSSL_CTX_free(context);
}

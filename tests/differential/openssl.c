/* OpenSSL at security level 2, with the host's name or address checked; with PARTIAL_CHAIN, any anchor ends a path. */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "client.h"

/* The verifier's code, or the reason of the first error. */
static void refusal(const struct job *job, SSL *ssl) {
    long code = SSL_get_verify_result(ssl);
    unsigned long error = ERR_peek_error();
    const char *reason = ERR_reason_error_string(error);
    if (code != X509_V_OK) say(job, "%ld %s", code, X509_verify_cert_error_string(code));
    else say(job, "%s", reason ? reason : "unknown");
}

static void judge(const struct job *job) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    unsigned char address[16];
    SSL *ssl;
    int socket_;
    if (!context) exit(3);
    ERR_clear_error();
    SSL_CTX_set_security_level(context, 2);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
#ifdef PARTIAL_CHAIN
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
#endif
    if (SSL_CTX_load_verify_locations(context, job->anchor, NULL) != 1) {
        say(job, "anchor %s", ERR_reason_error_string(ERR_peek_error()));
    } else if ((socket_ = connected(job)) < 0) {
        say(job, "unserved");
    } else {
        if (!(ssl = SSL_new(context))) exit(3);
        if (inet_pton(AF_INET, job->host, address) == 1 || inet_pton(AF_INET6, job->host, address) == 1) {
            X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), job->host);
        } else {
            SSL_set1_host(ssl, job->host);
            SSL_set_tlsext_host_name(ssl, job->host);
        }
        SSL_set_fd(ssl, socket_);
        if (SSL_connect(ssl) == 1) say(job, "ok");
        else refusal(job, ssl);
        SSL_free(ssl);
        close(socket_);
    }
    SSL_CTX_free(context);
}

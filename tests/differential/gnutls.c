/* GnuTLS with its default priorities. */
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "client.h"

static void refusal(const struct job *job, gnutls_session_t session, int error) {
    gnutls_datum_t text = {0};
    unsigned status = gnutls_session_get_verify_cert_status(session);
    if (error == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR &&
        gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) == 0) {
        say(job, "%s", text.data);
        gnutls_free(text.data);
    } else {
        say(job, "%s", gnutls_strerror(error));
    }
}

/* A client that checks the host's name or address, and the purpose. */
static void check(gnutls_session_t session, const char *host) {
    static gnutls_typed_vdata_st data[2];
    data[0].type = GNUTLS_DT_DNS_HOSTNAME;
    data[0].data = (unsigned char *)host;
    data[1].type = GNUTLS_DT_KEY_PURPOSE_OID;
    data[1].data = (unsigned char *)GNUTLS_KP_TLS_WWW_SERVER;
    gnutls_session_set_verify_cert2(session, data, 2, 0);
}

static void judge(const struct job *job) {
    gnutls_certificate_credentials_t credentials;
    gnutls_session_t session;
    unsigned char address[16];
    int error, socket_;
    gnutls_certificate_allocate_credentials(&credentials);
    error = gnutls_certificate_set_x509_trust_file(credentials, job->anchor, GNUTLS_X509_FMT_PEM);
    if (error < 1) {
        say(job, "anchor %s", gnutls_strerror(error));
    } else if ((socket_ = connected(job)) < 0) {
        say(job, "unserved");
    } else {
        gnutls_init(&session, GNUTLS_CLIENT);
        gnutls_set_default_priority(session);
        gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
        check(session, job->host);
        if (inet_pton(AF_INET, job->host, address) != 1 && inet_pton(AF_INET6, job->host, address) != 1)
            gnutls_server_name_set(session, GNUTLS_NAME_DNS, job->host, strlen(job->host));
        gnutls_transport_set_int(session, socket_);
        gnutls_handshake_set_timeout(session, PATIENCE * 1000);
        do error = gnutls_handshake(session);
        while (error < 0 && !gnutls_error_is_fatal(error));
        if (error == GNUTLS_E_SUCCESS) say(job, "ok");
        else refusal(job, session, error);
        gnutls_deinit(session);
        close(socket_);
    }
    gnutls_certificate_free_credentials(credentials);
}

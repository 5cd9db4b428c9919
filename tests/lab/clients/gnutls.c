/* GnuTLS with its default priorities: "sound"; "none" verifies nothing; "nohost" compares no name. */
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "device.h"

static void meet(int socket_) {
    gnutls_certificate_credentials_t credentials;
    gnutls_session_t session;
    char answer[64];
    int error;
    gnutls_certificate_allocate_credentials(&credentials);
    if (gnutls_certificate_set_x509_trust_file(credentials, anchor, GNUTLS_X509_FMT_PEM) < 1) exit(3);
    gnutls_init(&session, GNUTLS_CLIENT);
    gnutls_set_default_priority(session);
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
    if (is("sound")) gnutls_session_set_verify_cert(session, HOST, 0);
    if (is("nohost")) gnutls_session_set_verify_cert(session, NULL, 0);
    gnutls_server_name_set(session, GNUTLS_NAME_DNS, HOST, strlen(HOST));
    gnutls_transport_set_int(session, socket_);
    gnutls_handshake_set_timeout(session, PATIENCE * 1000);
    do error = gnutls_handshake(session);
    while (error < 0 && !gnutls_error_is_fatal(error));
    if (error == GNUTLS_E_SUCCESS) {
        gnutls_record_send(session, CONNECT, sizeof CONNECT);
        gnutls_record_recv(session, answer, sizeof answer);
        gnutls_bye(session, GNUTLS_SHUT_WR);
    }
    gnutls_deinit(session);
    gnutls_certificate_free_credentials(credentials);
}

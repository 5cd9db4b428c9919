/* Fetches a page over HTTPS and prints it.
 *
 * certs/server.pem contains the only trusted certificate; server_root_ca.h is generated from it.
 * Edit the path, and how the response is handled.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "server_root_ca.h"
#include "tls.h"

/* HTTP/1.0, so that the response is not chunked and ends with the connection. */
static const char REQUEST_LINE[] = "GET / HTTP/1.0\r\n";

static int get(connection_t *c, const server_t *server)
{
    char request[512];
    int length = snprintf(request, sizeof request, "%sHost: %s:%u\r\n\r\n", REQUEST_LINE,
                          server->host, (unsigned)server->port);
    if (length < 0 || (size_t)length >= sizeof request) {
        LOGE("the request is too long");
        return -1;
    }
    int code = tls_send(c, (const uint8_t *)request, (size_t)length);
    if (code != 0) {
        return code;
    }
    for (;;) {
        unsigned char answer[512];
        int received = mbedtls_ssl_read(&c->ssl, answer, sizeof answer);
        /* The end of the connection, with or without close_notify. Only Content-Length shows whether the
         * response is complete. */
        if (received == 0 || received == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
            return 0;
        }
        if (received < 0) {
            LOGE("read: -0x%04X", (unsigned)-received);
            return received;
        }
        fwrite(answer, 1, (size_t)received, stdout);
    }
}

int main(void)
{
    const server_t server = {
        .host = SERVER_ROOT_CA_HOST,
        .port = SERVER_ROOT_CA_PORT,
        .anchor = SERVER_ROOT_CA,
        .anchor_size = sizeof SERVER_ROOT_CA,
        .certificate_file = "certs/device.pem",
        .key_file = "certs/device.key",
        .not_before = SERVER_ROOT_CA_NOT_BEFORE,
    };
    connection_t connection;
    int code = tls_connect(&connection, &server);
    if (code == 0) {
        code = get(&connection, &server);
    }
    tls_close(&connection);
    return code == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* A client of BearSSL: `load` in anchor.c loads the anchors as firmware would.
 *
 * Usage: program PORT NAME. Exits with 0 after a handshake with a server that it trusts, with 1
 * if it does not trust it, with 2 if there is no anchor. */
#include <bearssl.h>
#include <stdint.h>
#include <stdio.h>

#include "connect.h"

size_t load(const br_x509_trust_anchor **anchors);

static int receive(void *context, unsigned char *data, size_t length)
{
    ssize_t got = read(*(int *)context, data, length);
    return got > 0 ? (int)got : -1;
}

static int transmit(void *context, const unsigned char *data, size_t length)
{
    ssize_t put = write(*(int *)context, data, length);
    return put > 0 ? (int)put : -1;
}

int main(int argc, char **argv)
{
    static unsigned char buffer[BR_SSL_BUFSIZE_BIDI];
    br_ssl_client_context client;
    br_x509_minimal_context minimal;
    br_sslio_context io;
    const br_x509_trust_anchor *anchors = NULL;
    size_t count = load(&anchors);
    int socket_, error;

    if (argc != 3)
        return 70;
    printf("%d\n", (int)count);
    if (count == 0)
        return 2;
    if (strcmp(argv[1], "0") == 0)
        return 0;
    socket_ = connect_to(argv[1]);
    br_ssl_client_init_full(&client, &minimal, anchors, count);
    br_ssl_engine_set_buffer(&client.eng, buffer, sizeof buffer, 1);
    br_ssl_client_reset(&client, argv[2], 0);
    br_sslio_init(&io, &client.eng, receive, &socket_, transmit, &socket_);
    br_sslio_write_all(&io, "trusted", 7);
    br_sslio_flush(&io);
    error = br_ssl_engine_last_error(&client.eng);
    if (error != 0) {
        printf("error %d\n", error);
        return error == BR_ERR_X509_NOT_TRUSTED ? 1 : 70;
    }
    br_sslio_close(&io);
    return 0;
}

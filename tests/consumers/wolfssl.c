/* A handshake with itself over wolfSSL: NAME TIME ANCHORS CHAIN KEY, the anchors as a file of DER
 * certificates, each after its length in four big-endian bytes, the chain and its key in PEM. The
 * library verifies a chain only in a handshake. */
#include <wolfssl/options.h>
#include <wolfssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static time_t now;

/* The library asks the C library for the time; this program answers first. */
time_t time(time_t *out) {
    if (out) *out = now;
    return now;
}

/* The data that one side has written and the other has not read. */
struct pipe {
    char data[65536];
    int length;
};

static struct pipe to_server, to_client;

static int put(WOLFSSL *ssl, char *data, int length, void *to) {
    struct pipe *pipe = to;
    (void)ssl;
    if (pipe->length + length > (int)sizeof pipe->data) exit(2);
    memcpy(pipe->data + pipe->length, data, (size_t)length);
    pipe->length += length;
    return length;
}

static int take(WOLFSSL *ssl, char *data, int length, void *from) {
    struct pipe *pipe = from;
    (void)ssl;
    if (pipe->length == 0) return WOLFSSL_CBIO_ERR_WANT_READ;
    if (length > pipe->length) length = pipe->length;
    memcpy(data, pipe->data, (size_t)length);
    pipe->length -= length;
    memmove(pipe->data, pipe->data + length, (size_t)pipe->length);
    return length;
}

static WOLFSSL *side(WOLFSSL_CTX *context, struct pipe *from, struct pipe *to) {
    WOLFSSL *ssl;
    wolfSSL_CTX_SetIORecv(context, take);
    wolfSSL_CTX_SetIOSend(context, put);
    if (!(ssl = wolfSSL_new(context))) exit(2);
    wolfSSL_SetIOReadCtx(ssl, from);
    wolfSSL_SetIOWriteCtx(ssl, to);
    return ssl;
}

/* As the generated header says: one call per certificate. Certificates that the library refuses are left out. */
static void load(WOLFSSL_CTX *context, const char *path) {
    unsigned char head[4], der[4096];
    size_t length;
    FILE *file = fopen(path, "rb");
    if (!file) exit(2);
    while (fread(head, 1, 4, file) == 4) {
        length = ((size_t)head[2] << 8) | head[3];
        if (head[0] || head[1] || length > sizeof der) exit(2);
        if (fread(der, 1, length, file) != length) exit(2);
        int error = wolfSSL_CTX_load_verify_buffer(context, der, (long)length, WOLFSSL_FILETYPE_ASN1);
        if (error != WOLFSSL_SUCCESS) printf("an anchor is not taken: error %d\n", error);
    }
    fclose(file);
}

int main(int count, char **words) {
    WOLFSSL_CTX *client_context, *server_context;
    WOLFSSL *client, *server;
    int error = 0, round;
    if (count != 6) return 2;
    now = (time_t)atoll(words[2]);
    wolfSSL_Init();
    client_context = wolfSSL_CTX_new(wolfTLSv1_2_client_method());
    server_context = wolfSSL_CTX_new(wolfTLSv1_2_server_method());
    if (!client_context || !server_context) return 2;
    /* Devices verify by default, and check the dates of an anchor when they load it. */
    wolfSSL_CTX_set_verify(client_context, WOLFSSL_VERIFY_PEER, NULL);
    load(client_context, words[3]);
    if (wolfSSL_CTX_use_certificate_chain_file(server_context, words[4]) != WOLFSSL_SUCCESS) return 2;
    if (wolfSSL_CTX_use_PrivateKey_file(server_context, words[5], WOLFSSL_FILETYPE_PEM) != WOLFSSL_SUCCESS)
        return 2;
    client = side(client_context, &to_client, &to_server);
    server = side(server_context, &to_server, &to_client);
    if (wolfSSL_check_domain_name(client, words[1]) != WOLFSSL_SUCCESS) return 2;
    for (round = 0; round < 16; round++) {
        if (wolfSSL_connect(client) == WOLFSSL_SUCCESS) {
            printf("accepted\n");
            return 0;
        }
        error = wolfSSL_get_error(client, 0);
        if (error != WOLFSSL_ERROR_WANT_READ && error != WOLFSSL_ERROR_WANT_WRITE) break;
        wolfSSL_accept(server);
    }
    printf("refused: error %d\n", error);
    return 1;
}

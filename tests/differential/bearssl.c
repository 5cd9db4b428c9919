/* BearSSL, full client profile with its minimal X.509 engine. With ALWAYS_CA every anchor counts as a CA;
 * otherwise only one with CA:TRUE, as in X509List of the ESP8266's core. */
#include "client.h"

#include <bearssl.h>

#define MAX_ANCHORS 8
/* Octets of a certificate, and of the name in it. */
#define MAX_SIZE (1 << 18)
/* 2026-06-01, in days since the year 0 as BearSSL counts them: 719528 to 1970, then 20605. */
#define TODAY (719528 + 20605)

struct bytes {
    unsigned char data[MAX_SIZE];
    size_t length;
};

static struct bytes certificate, names[MAX_ANCHORS];
static br_x509_trust_anchor anchors[MAX_ANCHORS];
static br_x509_decoder_context decoders[MAX_ANCHORS];
static size_t held;

static void append(void *to, const void *data, size_t length) {
    struct bytes *bytes = to;
    if (bytes->length + length > sizeof bytes->data) exit(3);
    memcpy(bytes->data + bytes->length, data, length);
    bytes->length += length;
}

/* Returns the error of the decoder, which keeps the key. */
static int hold(void) {
    br_x509_decoder_context *decoder = &decoders[held];
    br_x509_trust_anchor *anchor = &anchors[held];
    br_x509_pkey *key;
    names[held].length = 0;
    br_x509_decoder_init(decoder, append, &names[held]);
    br_x509_decoder_push(decoder, certificate.data, certificate.length);
    if (!(key = br_x509_decoder_get_pkey(decoder))) return br_x509_decoder_last_error(decoder);
    anchor->dn.data = names[held].data;
    anchor->dn.len = names[held].length;
    anchor->pkey = *key;
#ifdef ALWAYS_CA
    anchor->flags = BR_X509_TA_CA;
#else
    anchor->flags = br_x509_decoder_isCA(decoder) ? BR_X509_TA_CA : 0;
#endif
    held++;
    return 0;
}

/* Returns the last error of an anchor. */
static int load(const char *path) {
    static unsigned char text[1 << 20];
    const unsigned char *next = text;
    br_pem_decoder_context pem;
    FILE *file = fopen(path, "rb");
    size_t left;
    int error = 0;
    if (!file) exit(3);
    left = fread(text, 1, sizeof text, file);
    fclose(file);
    held = 0;
    br_pem_decoder_init(&pem);
    while (left > 0) {
        size_t taken = br_pem_decoder_push(&pem, next, left);
        next += taken;
        left -= taken;
        switch (br_pem_decoder_event(&pem)) {
        case BR_PEM_BEGIN_OBJ:
            certificate.length = 0;
            br_pem_decoder_setdest(&pem, append, &certificate);
            break;
        case BR_PEM_END_OBJ:
            if (held < MAX_ANCHORS) {
                int fault = hold();
                if (fault) error = fault;
            }
            break;
        case BR_PEM_ERROR:
            return -1;
        }
    }
    return error;
}

static int receive(void *from, unsigned char *data, size_t length) {
    ssize_t taken = read(*(int *)from, data, length);
    return taken <= 0 ? -1 : (int)taken;
}

static int send_(void *to, const unsigned char *data, size_t length) {
    ssize_t put = write(*(int *)to, data, length);
    return put <= 0 ? -1 : (int)put;
}

static void judge(const struct job *job) {
    static br_ssl_client_context client;
    static br_x509_minimal_context engine;
    static unsigned char buffer[BR_SSL_BUFSIZE_BIDI];
    br_sslio_context io;
    int socket_, error = load(job->anchor);
    if (error || held == 0) {
        say(job, "anchor %d", error);
        return;
    }
    if ((socket_ = connected(job)) < 0) {
        say(job, "unserved");
        return;
    }
    br_ssl_client_init_full(&client, &engine, anchors, held);
    br_x509_minimal_set_time(&engine, TODAY, 0);
    br_ssl_engine_set_buffer(&client.eng, buffer, sizeof buffer, 1);
    br_ssl_client_reset(&client, job->host, 0);
    br_sslio_init(&io, &client.eng, receive, &socket_, send_, &socket_);
    br_sslio_flush(&io);
    error = br_ssl_engine_last_error(&client.eng);
    if (error == 0 && br_ssl_engine_current_state(&client.eng) != BR_SSL_CLOSED)
        say(job, "ok");
    else
        say(job, "%d", error);
    close(socket_);
}

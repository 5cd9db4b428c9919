/* BearSSL: "sound" is the minimal engine with the anchor; "nohost" the same without a name; "insecure" accepts any
 * certificate and its key, as `setInsecure()` of the ESP8266's core; "knownkey" reads no certificate and has the
 * key of the first server, as `setKnownKey()`. */
#include "device.h"

#include <bearssl.h>
#include <time.h>

/* Octets of a certificate, of a name, and of a key. */
#define MAX_SIZE (1 << 17)

struct bytes {
    unsigned char data[MAX_SIZE];
    size_t length;
};

static struct bytes certificate, name;
static br_x509_trust_anchor held;
static br_x509_decoder_context decoder, leaf;
static int ready;

static void append(void *to, const void *data, size_t length) {
    struct bytes *bytes = to;
    if (bytes->length + length > sizeof bytes->data) exit(3);
    memcpy(bytes->data + bytes->length, data, length);
    bytes->length += length;
}

/* Uses BearSSL's own PEM decoder. */
static void load(void) {
    static unsigned char text[1 << 16];
    const unsigned char *next = text;
    br_pem_decoder_context pem;
    FILE *file = fopen(anchor, "rb");
    size_t left;
    if (!file) exit(3);
    left = fread(text, 1, sizeof text, file);
    fclose(file);
    br_pem_decoder_init(&pem);
    while (left > 0) {
        size_t taken = br_pem_decoder_push(&pem, next, left);
        next += taken;
        left -= taken;
        if (br_pem_decoder_event(&pem) == BR_PEM_BEGIN_OBJ) br_pem_decoder_setdest(&pem, append, &certificate);
    }
    br_x509_decoder_init(&decoder, append, &name);
    br_x509_decoder_push(&decoder, certificate.data, certificate.length);
    if (!br_x509_decoder_get_pkey(&decoder)) exit(3);
    held.dn.data = name.data;
    held.dn.len = name.length;
    held.pkey = *br_x509_decoder_get_pkey(&decoder);
    held.flags = BR_X509_TA_CA;
    ready = 1;
}

/* An engine that reads the key of the first certificate and accepts it. */
struct insecure {
    const br_x509_class *vtable;
    int is_first, is_known;
};

static void start_chain(const br_x509_class **context, const char *host) {
    ((struct insecure *)context)->is_first = 1;
}
static void start_certificate(const br_x509_class **context, uint32_t length) {
    struct insecure *own = (struct insecure *)context;
    if (own->is_first && !own->is_known) br_x509_decoder_init(&leaf, NULL, NULL);
}
static void push(const br_x509_class **context, const unsigned char *data, size_t length) {
    struct insecure *own = (struct insecure *)context;
    if (own->is_first && !own->is_known) br_x509_decoder_push(&leaf, data, length);
}
static void end_certificate(const br_x509_class **context) {
    ((struct insecure *)context)->is_first = 0;
}
static unsigned end_chain(const br_x509_class **context) {
    struct insecure *own = (struct insecure *)context;
    if (!br_x509_decoder_get_pkey(&leaf)) return BR_ERR_X509_TRUNCATED;
    own->is_known = is("knownkey");
    return 0;
}
static const br_x509_pkey *key(const br_x509_class *const *context, unsigned *usages) {
    if (usages) *usages = BR_KEYTYPE_KEYX | BR_KEYTYPE_SIGN;
    return br_x509_decoder_get_pkey(&leaf);
}

static const br_x509_class INSECURE = {
    sizeof(struct insecure), start_chain, start_certificate, push, end_certificate, end_chain, key,
};
static struct insecure insecure = {&INSECURE, 0, 0};

static int receive(void *from, unsigned char *data, size_t length) {
    ssize_t taken = read(*(int *)from, data, length);
    return taken <= 0 ? -1 : (int)taken;
}

static int send_(void *to, const unsigned char *data, size_t length) {
    ssize_t put = write(*(int *)to, data, length);
    return put <= 0 ? -1 : (int)put;
}

static void meet(int socket_) {
    static br_ssl_client_context client;
    static br_x509_minimal_context engine;
    static unsigned char buffer[BR_SSL_BUFSIZE_BIDI];
    unsigned char answer[64];
    time_t now = time(NULL);
    br_sslio_context io;
    if (!ready) load();
    br_ssl_client_init_full(&client, &engine, &held, 1);
    /* Days since the year 0, as BearSSL counts them: 719528 to 1970. */
    br_x509_minimal_set_time(&engine, (uint32_t)(now / 86400 + 719528), (uint32_t)(now % 86400));
    if (is("insecure") || is("knownkey")) br_ssl_engine_set_x509(&client.eng, &insecure.vtable);
    br_ssl_engine_set_buffer(&client.eng, buffer, sizeof buffer, 1);
    br_ssl_client_reset(&client, is("nohost") ? NULL : HOST, 0);
    br_sslio_init(&io, &client.eng, receive, &socket_, send_, &socket_);
    if (br_sslio_write_all(&io, CONNECT, sizeof CONNECT) == 0 && br_sslio_flush(&io) == 0)
        br_sslio_read(&io, answer, sizeof answer);
    br_sslio_close(&io);
}

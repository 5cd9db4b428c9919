/* Verifies a chain with BearSSL's minimal engine: NAME TIME ANCHORS CHAIN, the anchors and the
 * chain as files of DER certificates, each after its length in four big-endian bytes. */
#include <bearssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ANCHORS 8

struct bytes {
    unsigned char data[4096];
    size_t length;
};

static struct bytes names[MAX_ANCHORS];
static struct bytes keys[MAX_ANCHORS];
static struct bytes exponents[MAX_ANCHORS];
static br_x509_trust_anchor anchors[MAX_ANCHORS];

static void append(void *context, const void *data, size_t length) {
    struct bytes *to = context;
    if (to->length + length > sizeof to->data) exit(2);
    memcpy(to->data + to->length, data, length);
    to->length += length;
}

/* The next certificate; 0 at the end of the file. */
static int next(FILE *file, struct bytes *out) {
    unsigned char head[4];
    if (fread(head, 1, 4, file) != 4) return 0;
    out->length = ((size_t)head[2] << 8) | head[3];
    if (head[0] || head[1] || out->length > sizeof out->data) exit(2);
    if (fread(out->data, 1, out->length, file) != out->length) exit(2);
    return 1;
}

/* Returns 0 if the library cannot read the key of the certificate. */
static int anchor(br_x509_trust_anchor *to, struct bytes *name, struct bytes *key,
                  struct bytes *exponent, const struct bytes *certificate) {
    br_x509_decoder_context decoder;
    br_x509_pkey *found;
    br_x509_decoder_init(&decoder, append, name);
    br_x509_decoder_push(&decoder, certificate->data, certificate->length);
    found = br_x509_decoder_get_pkey(&decoder);
    if (!found) return 0;
    to->dn.data = name->data;
    to->dn.len = name->length;
    to->flags = br_x509_decoder_isCA(&decoder) ? BR_X509_TA_CA : 0;
    to->pkey.key_type = found->key_type;
    if (found->key_type == BR_KEYTYPE_EC) {
        append(key, found->key.ec.q, found->key.ec.qlen);
        to->pkey.key.ec.curve = found->key.ec.curve;
        to->pkey.key.ec.q = key->data;
        to->pkey.key.ec.qlen = key->length;
    } else {
        append(key, found->key.rsa.n, found->key.rsa.nlen);
        append(exponent, found->key.rsa.e, found->key.rsa.elen);
        to->pkey.key.rsa.n = key->data;
        to->pkey.key.rsa.nlen = key->length;
        to->pkey.key.rsa.e = exponent->data;
        to->pkey.key.rsa.elen = exponent->length;
    }
    return 1;
}

int main(int count, char **words) {
    /* Days from year 0 to 1970-01-01, as BearSSL counts them. */
    const long long EPOCH = 719528;
    struct bytes certificate;
    br_x509_minimal_context engine;
    size_t held = 0;
    FILE *file;
    long long at;
    unsigned error;
    if (count != 5) return 2;
    at = atoll(words[2]);
    if (!(file = fopen(words[3], "rb"))) return 2;
    while (held < MAX_ANCHORS && next(file, &certificate)) {
        if (anchor(&anchors[held], &names[held], &keys[held], &exponents[held], &certificate)) held++;
    }
    fclose(file);

    br_x509_minimal_init_full(&engine, anchors, held);
    br_x509_minimal_set_time(&engine, (uint32_t)(at / 86400 + EPOCH), (uint32_t)(at % 86400));
    engine.vtable->start_chain(&engine.vtable, words[1]);
    if (!(file = fopen(words[4], "rb"))) return 2;
    while (next(file, &certificate)) {
        engine.vtable->start_cert(&engine.vtable, (uint32_t)certificate.length);
        engine.vtable->append(&engine.vtable, certificate.data, certificate.length);
        engine.vtable->end_cert(&engine.vtable);
    }
    fclose(file);
    error = engine.vtable->end_chain(&engine.vtable);
    if (!error) {
        /* The handshake uses the key, so BearSSL must be able to read its point. */
        const br_x509_pkey *found = engine.vtable->get_pkey(&engine.vtable, NULL);
        if (found->key_type == BR_KEYTYPE_EC) {
            static const unsigned char one[1] = {1};
            unsigned char point[BR_EC_KBUF_PUB_MAX_SIZE];
            memcpy(point, found->key.ec.q, found->key.ec.qlen);
            if (!br_ec_get_default()->mul(point, found->key.ec.qlen, one, 1, found->key.ec.curve))
                error = BR_ERR_X509_WRONG_KEY_TYPE;
        }
    }
    printf(error ? "refused: error %u\n" : "accepted\n", error);
    return error ? 1 : 0;
}

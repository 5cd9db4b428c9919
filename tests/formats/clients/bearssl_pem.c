/* Turns PEM text into trust anchors as the ESP8266's X509List does: one for every certificate. */
#include <bearssl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bearssl_pem.h"

struct bytes {
    unsigned char *data;
    size_t length;
};

static void append(void *context, const void *data, size_t length)
{
    struct bytes *all = context;
    all->data = realloc(all->data, all->length + length + 1);
    memcpy(all->data + all->length, data, length);
    all->length += length;
}

static struct bytes copy(const unsigned char *data, size_t length)
{
    struct bytes out = {NULL, 0};
    append(&out, data, length);
    return out;
}

static int to_anchor(br_x509_trust_anchor *anchor, const struct bytes *der)
{
    br_x509_decoder_context decoder;
    struct bytes name = {NULL, 0};
    const br_x509_pkey *key;
    br_x509_decoder_init(&decoder, append, &name);
    br_x509_decoder_push(&decoder, der->data, der->length);
    key = br_x509_decoder_get_pkey(&decoder);
    if (key == NULL)
        return 0;
    anchor->dn.data = name.data;
    anchor->dn.len = name.length;
    anchor->flags = br_x509_decoder_isCA(&decoder) ? BR_X509_TA_CA : 0;
    anchor->pkey.key_type = key->key_type;
    if (key->key_type == BR_KEYTYPE_RSA) {
        anchor->pkey.key.rsa.n = copy(key->key.rsa.n, key->key.rsa.nlen).data;
        anchor->pkey.key.rsa.nlen = key->key.rsa.nlen;
        anchor->pkey.key.rsa.e = copy(key->key.rsa.e, key->key.rsa.elen).data;
        anchor->pkey.key.rsa.elen = key->key.rsa.elen;
    } else {
        anchor->pkey.key.ec.curve = key->key.ec.curve;
        anchor->pkey.key.ec.q = copy(key->key.ec.q, key->key.ec.qlen).data;
        anchor->pkey.key.ec.qlen = key->key.ec.qlen;
    }
    return 1;
}

size_t objects_of_pem(const char *text, const char *label, br_x509_certificate *objects, size_t room)
{
    br_pem_decoder_context decoder;
    struct bytes der = {NULL, 0};
    size_t left = strlen(text), count = 0;
    int inside = 0;
    br_pem_decoder_init(&decoder);
    while (left > 0) {
        size_t used = br_pem_decoder_push(&decoder, text, left);
        text += used;
        left -= used;
        switch (br_pem_decoder_event(&decoder)) {
        case BR_PEM_BEGIN_OBJ:
            inside = strcmp(br_pem_decoder_name(&decoder), label) == 0;
            der.data = NULL;
            der.length = 0;
            br_pem_decoder_setdest(&decoder, append, &der);
            break;
        case BR_PEM_END_OBJ:
            if (inside && count < room) {
                objects[count].data = der.data;
                objects[count].data_len = der.length;
                count++;
            }
            inside = 0;
            break;
        case BR_PEM_ERROR:
            return 0;
        default:
            break;
        }
    }
    return count;
}

size_t anchors_of_pem(const char *text, br_x509_trust_anchor *anchors, size_t room)
{
    br_x509_certificate *objects = calloc(room, sizeof *objects);
    size_t found = objects_of_pem(text, "CERTIFICATE", objects, room), count = 0, at;
    for (at = 0; at < found; at++) {
        struct bytes der = {objects[at].data, objects[at].data_len};
        count += (size_t)to_anchor(&anchors[count], &der);
    }
    free(objects);
    return count;
}

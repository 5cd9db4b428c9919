/* For each text: how many certificates BearSSL reads, and whether it refuses something. With an
   argument it is fed as the ESP8266 core feeds its fork: that passes over carriage returns
   (read8-native of its pemdec.t0), and its loader adds a line break (BearSSLHelpers.cpp). The fork
   itself is in no registry of packages. */
#include <bearssl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char contents[1 << 20];
static size_t filled;

static void append(void *context, const void *bytes, size_t length)
{
    (void)context;
    memcpy(contents + filled, bytes, length);
    filled += length;
}

static int is_certificate(void)
{
    br_x509_decoder_context decoder;
    br_x509_decoder_init(&decoder, 0, 0);
    br_x509_decoder_push(&decoder, contents, filled);
    return br_x509_decoder_get_pkey(&decoder) != 0;
}

int main(int argc, char **argv)
{
    (void)argv;
    uint32_t length;
    while (fread(&length, 4, 1, stdin) == 1) {
        unsigned char *text = malloc(length + 1);
        if (length && fread(text, 1, length, stdin) != length) return 1;
        if (argc > 1) {
            uint32_t kept = 0;
            for (uint32_t at = 0; at < length; at++)
                if (text[at] != '\r') text[kept++] = text[at];
            text[kept++] = '\n';
            length = kept;
        }
        br_pem_decoder_context decoder;
        br_pem_decoder_init(&decoder);
        const unsigned char *rest = text;
        size_t left = length;
        int wanted = 0, inside = 0, count = 0, refused = 0;
        while (left && !refused) {
            size_t used = br_pem_decoder_push(&decoder, rest, left);
            rest += used;
            left -= used;
            switch (br_pem_decoder_event(&decoder)) {
            case BR_PEM_BEGIN_OBJ: {
                const char *name = br_pem_decoder_name(&decoder);
                wanted = !strcmp(name, "CERTIFICATE") || !strcmp(name, "X509 CERTIFICATE");
                filled = 0;
                inside = 1;
                br_pem_decoder_setdest(&decoder, wanted ? append : 0, 0);
                break;
            }
            case BR_PEM_END_OBJ:
                inside = 0;
                if (wanted && is_certificate()) count++;
                else if (wanted) refused = 1;
                break;
            case BR_PEM_ERROR:
                refused = 1;
                break;
            }
        }
        printf("%d %d\n", count, refused || inside);
        free(text);
    }
    return 0;
}

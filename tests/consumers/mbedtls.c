/* Verifies a chain with mbedTLS: NAME TIME ANCHORS CHAIN, the files in PEM. */
#include <mbedtls/error.h>
#include <mbedtls/x509_crt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static time_t now;

/* The library asks the C library for the time; this program answers first. */
time_t time(time_t *out) {
    if (out) *out = now;
    return now;
}

int main(int count, char **words) {
    mbedtls_x509_crt anchors, chain;
    uint32_t flags = 0;
    if (count != 5) return 2;
    now = (time_t)atoll(words[2]);
    mbedtls_x509_crt_init(&anchors);
    mbedtls_x509_crt_init(&chain);
    for (int i = 3; i < 5; i++) {
        int error = mbedtls_x509_crt_parse_file(i == 3 ? &anchors : &chain, words[i]);
        if (error == 0) continue;
        /* A positive one counts the certificates that could not be read. */
        printf("refused: %s is not read, %d\n", words[i], error);
        return 1;
    }
    if (mbedtls_x509_crt_verify(&chain, &anchors, NULL, words[1], &flags, NULL, NULL) != 0) {
        printf("refused: flags 0x%x\n", (unsigned)flags);
        return 1;
    }
    printf("accepted\n");
    return 0;
}

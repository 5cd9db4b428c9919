/* For each text: how many certificates mbedTLS reads, and whether it refuses something. */
#include <mbedtls/x509_crt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    uint32_t length;
    while (fread(&length, 4, 1, stdin) == 1) {
        unsigned char *text = malloc(length + 1);
        if (length && fread(text, 1, length, stdin) != length) return 1;
        text[length] = 0;
        mbedtls_x509_crt chain;
        mbedtls_x509_crt_init(&chain);
        int refused = mbedtls_x509_crt_parse(&chain, text, length + 1) != 0, count = 0;
        for (mbedtls_x509_crt *one = &chain; one && one->raw.len; one = one->next) count++;
        printf("%d %d\n", count, refused);
        mbedtls_x509_crt_free(&chain);
        free(text);
    }
    return 0;
}

/* For each text: how many certificates OpenSSL reads, and whether it refuses something. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    uint32_t length;
    while (fread(&length, 4, 1, stdin) == 1) {
        unsigned char *text = malloc(length + 1);
        if (length && fread(text, 1, length, stdin) != length) return 1;
        BIO *source = BIO_new_mem_buf(text, (int)length);
        int count = 0;
        X509 *one;
        ERR_clear_error();
        while ((one = PEM_read_bio_X509(source, NULL, NULL, NULL)) != NULL) {
            count++;
            X509_free(one);
        }
        unsigned long error = ERR_peek_last_error();
        int ended = ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
        printf("%d %d\n", count, !ended);
        BIO_free(source);
        free(text);
    }
    return 0;
}

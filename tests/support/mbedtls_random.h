/* The random generator of clients with mbedTLS 2.28 or 3.6. */
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/version.h>
#include <stdlib.h>
#if MBEDTLS_VERSION_MAJOR >= 3
#include <psa/crypto.h>
#endif

static mbedtls_ctr_drbg_context random_;

/* Seeds it, once in a process. */
static void prepare(void) {
    static mbedtls_entropy_context entropy;
    static int ready;
    if (ready) return;
    ready = 1;
#if MBEDTLS_VERSION_MAJOR >= 3
    psa_crypto_init();
#endif
    mbedtls_entropy_init(&entropy);
    mbedtls_ctr_drbg_init(&random_);
    if (mbedtls_ctr_drbg_seed(&random_, mbedtls_entropy_func, &entropy, NULL, 0) != 0) exit(3);
}

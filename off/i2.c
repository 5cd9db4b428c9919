wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_NONE, 0);

mbedtls_ssl_conf_authmode(&c, 0);

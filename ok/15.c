setCACert(NULL)
void setCACert(const char *p = NULL);
void C::setCACert(const char *rootCA) { _CA = rootCA; }
if (x) mbedtls_ssl_conf_authmode(&c, 2);
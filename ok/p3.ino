WiFiClientSecure c;
void f() { c.setCACert(NULL); c.setCACertBundle(b); }
void g() { }

WiFiClientSecure c;
void f() { c.setCACert(NULL); c.setCACert(ca); }

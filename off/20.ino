WiFiClientSecure c;
void f() { c.setCACert(NULL); }

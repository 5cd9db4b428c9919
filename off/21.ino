WiFiClientSecure c;
void f() { c.setCACert(nullptr); }

WiFiClientSecure c;
void f() { c.setCACert(root); }

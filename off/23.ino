WiFiClientSecure c;
void f() { c.setFingerprint(nullptr); c.setInsecure(); }

WiFiClientSecure *c;
void f() { c->setCACert(0); }

BearSSL::WiFiClientSecure net;
void setup() { net.allowSelfSignedCerts(); }

#include <HTTPClient.h>
void f() { HTTPClient http; http.begin("https://api.example/x", ca); http.begin("http://x.example/"); http.begin(client, "https://x.example/"); }

#include <HTTPClient.h>
HTTPClient http;
void f() { http.begin("https://api.example/x", nullptr); }

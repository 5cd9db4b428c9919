#include <HTTPClient.h>
void f() { HTTPClient http; http.begin("https://api.example/x"); }

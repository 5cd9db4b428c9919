// The parts of ESP8266WiFi.h of the ESP8266's core 3 that sketches use. The network is connected at once.
#pragma once
#include <Arduino.h>
typedef enum { WL_IDLE_STATUS = 0, WL_CONNECTED = 3 } wl_status_t;
typedef enum { WIFI_OFF = 0, WIFI_STA } WiFiMode_t;
class ESP8266WiFiClass {
public:
  bool mode(WiFiMode_t) { return true; }
  wl_status_t begin(const char *, const char *) { return WL_CONNECTED; }
  wl_status_t status() { return WL_CONNECTED; }
};
static ESP8266WiFiClass WiFi __attribute__((unused));

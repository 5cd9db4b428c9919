// The parts of WiFi.h of Arduino-ESP32 3 that sketches use. The network is connected at once.
#pragma once
#include <Arduino.h>
typedef enum { WL_IDLE_STATUS = 0, WL_CONNECTED = 3 } wl_status_t;
typedef enum { WIFI_MODE_NULL = 0, WIFI_MODE_STA } wifi_mode_t;
#define WIFI_STA WIFI_MODE_STA
class WiFiClass {
public:
  bool mode(wifi_mode_t) { return true; }
  wl_status_t begin(const char *, const char *) { return WL_CONNECTED; }
  wl_status_t status() { return WL_CONNECTED; }
};
static WiFiClass WiFi __attribute__((unused));

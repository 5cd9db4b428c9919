// WiFiClientSecure.h of Arduino-ESP32 3, in what sketches use of it.
#pragma once
#include <Arduino.h>
class NetworkClientSecure : public Client {
public:
  void setCACert(const char *rootCA);
  int lastError(char *buf, const size_t size);
};
typedef NetworkClientSecure WiFiClientSecure;

// What sketches use of Arduino-ESP32 3, as it is declared there; without bodies.
#pragma once
#include <stddef.h>
#include <stdint.h>
#define PROGMEM
class Print {
public:
  size_t printf(const char *format, ...) __attribute__((format(printf, 2, 3)));
  size_t println(const char *text);
};
class HardwareSerial : public Print {
public:
  void begin(unsigned long baud);
};
extern HardwareSerial Serial;
void delay(uint32_t ms);
unsigned long millis();
void configTime(long gmtOffset_sec, int daylightOffset_sec, const char *server1,
                const char *server2 = nullptr, const char *server3 = nullptr);
class Client {
public:
  virtual ~Client();
};

// The parts of an Arduino core that sketches use: the declarations of the cores, with bodies in core.cpp.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string>

#define PROGMEM

class String : public std::string {
public:
  using std::string::string;
  String(const std::string &text) : std::string(text) {}
};

class Print {
public:
  size_t printf(const char *format, ...) __attribute__((format(printf, 2, 3)));
  size_t println(const char *text);
  size_t println(const String &text) { return println(text.c_str()); }
};

class HardwareSerial : public Print {
public:
  void begin(unsigned long baud);
};
extern HardwareSerial Serial;

void delay(unsigned long ms);
unsigned long millis();
void configTime(long gmtOffset_sec, int daylightOffset_sec, const char *server1,
                const char *server2 = nullptr, const char *server3 = nullptr);

// The sketch.
void setup();
void loop();

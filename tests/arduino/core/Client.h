// The interface of a connection for libraries.
#pragma once
#include <Arduino.h>

class Client {
public:
  virtual ~Client() {}
  // 1, or 0 if there is no connection.
  virtual int connect(const char *host, uint16_t port) = 0;
  virtual size_t write(const uint8_t *bytes, size_t length) = 0;
  // How many bytes can be read without waiting.
  virtual int available() = 0;
  // The next byte, or -1.
  virtual int read() = 0;
  virtual void stop() = 0;
  virtual uint8_t connected() = 0;
};

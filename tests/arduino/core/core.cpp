// This machine as a board: its clock starts in 1970, and its serial port is standard output.
#include <Arduino.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

HardwareSerial Serial;

static bool clockIsSet = false;

void configTime(long, int, const char *, const char *, const char *) { clockIsSet = true; }

unsigned long millis() {
  static const auto now = [] {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (unsigned long)(at.tv_sec * 1000 + at.tv_nsec / 1000000);
  };
  static const unsigned long begun = now();
  return now() - begun;
}

// Replaces the C library's, for the TLS libraries too.
extern "C" time_t time(time_t *out) noexcept {
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  time_t seconds = clockIsSet ? at.tv_sec : (time_t)(millis() / 1000);
  if (out != nullptr) {
    *out = seconds;
  }
  return seconds;
}

// A board waits the full time; a test may shorten it.
void delay(unsigned long ms) {
  const char *most = getenv("LONGEST_DELAY_MS");
  unsigned long limit = most == nullptr ? ms : strtoul(most, nullptr, 10);
  usleep((ms < limit ? ms : limit) * 1000);
}

void HardwareSerial::begin(unsigned long) { setvbuf(stdout, nullptr, _IOLBF, 0); }

size_t Print::printf(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vprintf(format, arguments);
  va_end(arguments);
  return length < 0 ? 0 : (size_t)length;
}

size_t Print::println(const char *text) { return printf("%s\n", text); }

int main() {
  // A board has no signals: a closed connection is an error.
  signal(SIGPIPE, SIG_IGN);
  setup();
  for (;;) {
    loop();
    // A board's loop spins; this machine has other work.
    usleep(1000);
  }
}

// Checks the dates of a certificate. The mbedTLS of Arduino-ESP32 does not, because it is built without
// MBEDTLS_HAVE_TIME_DATE.
#pragma once

#include <stdint.h>
#include <time.h>

#include <mbedtls/x509_crt.h>

// A time as one number, to compare two of them.
inline int64_t moment(int year, int month, int day, int hour, int minute, int second) {
  return ((((year * 100LL + month) * 100 + day) * 100 + hour) * 100 + minute) * 100 + second;
}

inline int64_t moment(const mbedtls_x509_time &at) {
  return moment(at.year, at.mon, at.day, at.hour, at.min, at.sec);
}

// Whether `certificate` is valid now.
inline bool isValidNow(const mbedtls_x509_crt *certificate) {
  time_t seconds = time(nullptr);
  struct tm utc;
  gmtime_r(&seconds, &utc);
  int64_t now = moment(utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                       utc.tm_sec);
  return certificate != nullptr && moment(certificate->valid_from) <= now &&
         now <= moment(certificate->valid_to);
}

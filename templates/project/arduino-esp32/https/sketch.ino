// Gets a page over HTTPS with an ESP32.
//
// The server, its port and the one certificate that is trusted stand in server_root_ca.h, which
// certgrab made. Edit: Wi-Fi in secrets.h, the page, and what is done with the answer.
#include <time.h>

#include <HTTPClient.h>
#include <WiFi.h>
#include <WiFiClientSecure.h>

#if !__has_include("secrets.h")
#error "copy secrets.example.h to secrets.h and fill it in"
#endif
#include "dates.h"
#include "secrets.h"
#include "server_root_ca.h"

static const char PAGE[] = "/";
static const unsigned long PAUSE_MS = 60000;

WiFiClientSecure tls;

void connectWiFi() {
  WiFi.mode(WIFI_STA);
  WiFi.begin(WIFI_NAME, WIFI_PASSWORD);
  while (WiFi.status() != WL_CONNECTED) {
    delay(250);
  }
}

// At 1970, where the clock starts, no certificate is valid yet.
void setClock() {
  configTime(0, 0, "pool.ntp.org", "time.nist.gov");
  Serial.println("waiting for the time from pool.ntp.org (NTP, UDP port 123)");
  while ((int64_t)time(nullptr) < SERVER_ROOT_CA_NOT_BEFORE) {
    delay(250);
  }
}

// Connects. A server whose certificate is not valid now gets no password.
bool connectTls() {
  if (!tls.connect(SERVER_ROOT_CA_HOST, SERVER_ROOT_CA_PORT)) {
    char reason[128] = "";
    int code = tls.lastError(reason, sizeof reason);
    // From 0 on it is the number of a socket, not an error.
    if (code < 0) {
      Serial.printf("tls %d: %s\n", code, reason);
    } else {
      Serial.println("no connection");
    }
    return false;
  }
  if (!isValidNow(tls.getPeerCertificate())) {
    tls.stop();
    Serial.println("the server's certificate has expired or is not valid yet, by this clock");
    return false;
  }
  return true;
}

void getPage() {
  if (!connectTls()) {
    return;
  }
  HTTPClient http;
  // HTTPClient uses the connection that is there. The name, never the address: the certificate is for the name.
  http.begin(tls, SERVER_ROOT_CA_HOST, SERVER_ROOT_CA_PORT, PAGE, true);
  int status = http.GET();
  if (status > 0) {
    Serial.println(http.getString());
    Serial.printf("status %d\n", status);
  } else {
    Serial.printf("http %d: %s\n", status, HTTPClient::errorToString(status).c_str());
  }
  http.end();
}

void setup() {
  Serial.begin(115200);
  connectWiFi();
  setClock();
  tls.setCACert(SERVER_ROOT_CA);
}

void loop() {
  if (WiFi.status() != WL_CONNECTED) {
    connectWiFi();
  }
  getPage();
  delay(PAUSE_MS);
}

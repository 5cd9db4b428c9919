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

// A clock of 1970 makes every certificate one that is not valid yet.
void setClock() {
  configTime(0, 0, "pool.ntp.org", "time.nist.gov");
  while ((int64_t)time(nullptr) < SERVER_ROOT_CA_NOT_BEFORE) {
    delay(250);
  }
}

void getPage() {
  HTTPClient http;
  // The name, never the address: the certificate is for the name.
  http.begin(tls, SERVER_ROOT_CA_HOST, SERVER_ROOT_CA_PORT, PAGE, true);
  int status = http.GET();
  if (status > 0) {
    Serial.println(http.getString());
    Serial.printf("status %d\n", status);
  } else {
    char reason[128] = "";
    int code = tls.lastError(reason, sizeof reason);
    Serial.printf("http %d; tls %d: %s\n", status, code, reason);
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

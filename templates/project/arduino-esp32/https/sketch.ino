// Fetches a page over HTTPS with an ESP32.
//
// server_root_ca.h, which certgrab generated, defines the server, its port and the only trusted
// certificate. Edit the Wi-Fi in secrets.h, the page, and how the response is handled.
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
#if __has_include("device_identity.h")
#include "device_identity.h"
#define HAS_CERTIFICATE
#endif

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

// The clock starts in 1970, when no certificate is valid yet.
void setClock() {
  configTime(0, 0, "pool.ntp.org", "time.nist.gov");
  Serial.println("waiting for the time from pool.ntp.org (NTP, UDP port 123)");
  while ((int64_t)time(nullptr) < SERVER_ROOT_CA_NOT_BEFORE) {
    delay(250);
  }
}

// Connects, and disconnects before sending a password if the server's certificate is not valid now.
bool connectTls() {
  if (!tls.connect(SERVER_ROOT_CA_HOST, SERVER_ROOT_CA_PORT)) {
    char reason[128] = "";
    int code = tls.lastError(reason, sizeof reason);
    // A number of 0 or more is a socket, not an error.
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
  // HTTPClient uses the existing connection. Pass the host name, because the certificate is for the name.
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
#ifdef HAS_CERTIFICATE
  // For a server that requests a client certificate.
  tls.setCertificate(DEVICE_CERTIFICATE);
  tls.setPrivateKey(DEVICE_KEY);
#endif
}

void loop() {
  if (WiFi.status() != WL_CONNECTED) {
    connectWiFi();
  }
  getPage();
  delay(PAUSE_MS);
}

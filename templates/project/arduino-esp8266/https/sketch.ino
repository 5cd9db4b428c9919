// Gets a page over HTTPS with an ESP8266.
//
// The server, its port and the one certificate that is trusted stand in server_root_ca.h, which
// certgrab made. Edit: Wi-Fi in secrets.h, the page, and what is done with the answer.
#include <time.h>

#include <ESP8266HTTPClient.h>
#include <ESP8266WiFi.h>
#include <WiFiClientSecureBearSSL.h>

#if !__has_include("secrets.h")
#error "copy secrets.example.h to secrets.h and fill it in"
#endif
#include "secrets.h"
#include "server_root_ca.h"
#if __has_include("device_identity.h")
#include "device_identity.h"
#define SHOWS_CERTIFICATE
#endif

static const char PAGE[] = "/";
static const unsigned long PAUSE_MS = 60000;

// The list must outlive the client, which keeps a pointer to it.
BearSSL::X509List anchors(SERVER_ROOT_CA);
#ifdef SHOWS_CERTIFICATE
BearSSL::X509List ownCertificate(DEVICE_CERTIFICATE);
BearSSL::PrivateKey ownKey(DEVICE_KEY);
#endif
BearSSL::WiFiClientSecure tls;

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
    int code = tls.getLastSSLError(reason, sizeof reason);
    Serial.printf("http %d", status);
    // Without an error it is 0.
    if (code != 0) {
      Serial.printf("; tls %d: %s", code, reason);
    }
    Serial.println("");
  }
  http.end();
}

void setup() {
  Serial.begin(115200);
  connectWiFi();
  setClock();
  tls.setTrustAnchors(&anchors);
#ifdef SHOWS_CERTIFICATE
  // For a server that asks for a client certificate.
  if (ownKey.isRSA()) {
    tls.setClientRSACert(&ownCertificate, &ownKey);
  } else {
    // The last word is the kind of the issuer's key, which only matters to a key that does not sign.
    tls.setClientECCert(&ownCertificate, &ownKey, BR_KEYTYPE_SIGN, BR_KEYTYPE_EC);
  }
#endif
}

void loop() {
  if (WiFi.status() != WL_CONNECTED) {
    connectWiFi();
  }
  getPage();
  delay(PAUSE_MS);
}

// Fetches a page over HTTPS with an ESP8266.
//
// server_root_ca.h, which certgrab generated, defines the server, its port and the only trusted
// certificate. Edit the Wi-Fi in secrets.h, the page, and how the response is handled.
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
#define HAS_CERTIFICATE
#endif

static const char PAGE[] = "/";
static const unsigned long PAUSE_MS = 60000;

// The client keeps a pointer to the list, so the list must outlive it.
BearSSL::X509List anchors(SERVER_ROOT_CA);
#ifdef HAS_CERTIFICATE
BearSSL::X509List clientCertificate(DEVICE_CERTIFICATE);
BearSSL::PrivateKey clientKey(DEVICE_KEY);
#endif
BearSSL::WiFiClientSecure tls;

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

void getPage() {
  HTTPClient http;
  // The host name, not an address, because the certificate is for the name.
  http.begin(tls, SERVER_ROOT_CA_HOST, SERVER_ROOT_CA_PORT, PAGE, true);
  int status = http.GET();
  if (status > 0) {
    Serial.println(http.getString());
    Serial.printf("status %d\n", status);
  } else {
    char reason[128] = "";
    int code = tls.getLastSSLError(reason, sizeof reason);
    Serial.printf("http %d", status);
    // 0 if there is no TLS error.
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
#ifdef HAS_CERTIFICATE
  // For a server that requests a client certificate.
  if (clientKey.isRSA()) {
    tls.setClientRSACert(&clientCertificate, &clientKey);
  } else {
    // The last argument is the type of the issuer's key. It only matters for keys that cannot sign.
    tls.setClientECCert(&clientCertificate, &clientKey, BR_KEYTYPE_SIGN, BR_KEYTYPE_EC);
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

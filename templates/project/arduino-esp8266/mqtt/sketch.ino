// Connects an ESP8266 to an MQTT broker over TLS.
//
// The broker, its port and the one certificate that is trusted stand in server_root_ca.h, which
// certgrab made. Edit: Wi-Fi and credentials in secrets.h, the topics, and what is done with a message.
#include <time.h>

#include <ESP8266WiFi.h>
#include <PubSubClient.h>
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

static const char COMMAND_TOPIC[] = "devices/esp8266/command";
static const char HEARTBEAT_TOPIC[] = "devices/esp8266/heartbeat";
static const unsigned long HEARTBEAT_MS = 10000;
// PubSubClient drops without a word what does not fit into its buffer, which is 256 bytes by default.
static const uint16_t LARGEST_PACKET = 1024;
static const unsigned long LONGEST_PAUSE_MS = 60000;

// The list must outlive the client, which keeps a pointer to it.
BearSSL::X509List anchors(SERVER_ROOT_CA);
#ifdef SHOWS_CERTIFICATE
BearSSL::X509List ownCertificate(DEVICE_CERTIFICATE);
BearSSL::PrivateKey ownKey(DEVICE_KEY);
#endif
BearSSL::WiFiClientSecure tls;
PubSubClient mqtt(tls);
unsigned long pauseMs = 1000;
unsigned long lastBeatMs = 0;

void onMessage(char *topic, uint8_t *payload, unsigned int length) {
  Serial.printf("%s: %.*s\n", topic, (int)length, (const char *)payload);
}

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

void beat() {
  lastBeatMs = millis();
  mqtt.publish(HEARTBEAT_TOPIC, "{\"beat\":1}");
}

void connectMqtt() {
  if (mqtt.connect(MQTT_CLIENT_ID, MQTT_USER, MQTT_PASSWORD)) {
    Serial.println("connected");
    mqtt.subscribe(COMMAND_TOPIC);
    beat();
    pauseMs = 1000;
    return;
  }
  char reason[128] = "";
  int code = tls.getLastSSLError(reason, sizeof reason);
  Serial.printf("mqtt state %d", mqtt.state());
  // Without an error it is 0.
  if (code != 0) {
    Serial.printf("; tls %d: %s", code, reason);
  }
  Serial.println("");
  delay(pauseMs);
  pauseMs = pauseMs * 2 > LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : pauseMs * 2;
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
  // The name, never the address: the certificate is for the name.
  mqtt.setServer(SERVER_ROOT_CA_HOST, SERVER_ROOT_CA_PORT);
  mqtt.setCallback(onMessage);
  mqtt.setBufferSize(LARGEST_PACKET);
}

void loop() {
  if (WiFi.status() != WL_CONNECTED) {
    connectWiFi();
  }
  if (!mqtt.connected()) {
    connectMqtt();
    return;
  }
  mqtt.loop();
  if (millis() - lastBeatMs >= HEARTBEAT_MS) {
    beat();
  }
}

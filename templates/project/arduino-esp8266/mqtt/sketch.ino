// Connects an ESP8266 to an MQTT broker over TLS.
//
// server_root_ca.h, which certgrab generated, defines the broker, its port and the only trusted
// certificate. Edit the Wi-Fi and credentials in secrets.h, the topics, and how messages are handled.
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
#define HAS_CERTIFICATE
#endif

static const char COMMAND_TOPIC[] = "devices/esp8266/command";
static const char HEARTBEAT_TOPIC[] = "devices/esp8266/heartbeat";
static const unsigned long HEARTBEAT_MS = 10000;
// PubSubClient silently drops messages larger than its buffer, which is 256 bytes by default.
static const uint16_t LARGEST_PACKET = 1024;
static const unsigned long LONGEST_PAUSE_MS = 60000;

// The client keeps a pointer to the list, so the list must outlive it.
BearSSL::X509List anchors(SERVER_ROOT_CA);
#ifdef HAS_CERTIFICATE
BearSSL::X509List clientCertificate(DEVICE_CERTIFICATE);
BearSSL::PrivateKey clientKey(DEVICE_KEY);
#endif
BearSSL::WiFiClientSecure tls;
PubSubClient mqtt(tls);
unsigned long pauseMs = 1000;
unsigned long lastHeartbeatMs = 0;

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

// The clock starts in 1970, when no certificate is valid yet.
void setClock() {
  configTime(0, 0, "pool.ntp.org", "time.nist.gov");
  Serial.println("waiting for the time from pool.ntp.org (NTP, UDP port 123)");
  while ((int64_t)time(nullptr) < SERVER_ROOT_CA_NOT_BEFORE) {
    delay(250);
  }
}

void sendHeartbeat() {
  lastHeartbeatMs = millis();
  mqtt.publish(HEARTBEAT_TOPIC, "{\"beat\":1}");
}

void connectMqtt() {
  if (mqtt.connect(MQTT_CLIENT_ID, MQTT_USER, MQTT_PASSWORD)) {
    Serial.println("connected");
    mqtt.subscribe(COMMAND_TOPIC);
    sendHeartbeat();
    pauseMs = 1000;
    return;
  }
  char reason[128] = "";
  int code = tls.getLastSSLError(reason, sizeof reason);
  Serial.printf("mqtt state %d", mqtt.state());
  // 0 if there is no TLS error.
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
#ifdef HAS_CERTIFICATE
  // For a server that requests a client certificate.
  if (clientKey.isRSA()) {
    tls.setClientRSACert(&clientCertificate, &clientKey);
  } else {
    // The last argument is the type of the issuer's key. It only matters for keys that cannot sign.
    tls.setClientECCert(&clientCertificate, &clientKey, BR_KEYTYPE_SIGN, BR_KEYTYPE_EC);
  }
#endif
  // The host name, not an address, because the certificate is for the name.
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
  if (millis() - lastHeartbeatMs >= HEARTBEAT_MS) {
    sendHeartbeat();
  }
}

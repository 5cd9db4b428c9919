// Connects an ESP32 to an MQTT broker over TLS.
//
// server_root_ca.h, which certgrab generated, defines the broker, its port and the only trusted
// certificate. Edit the Wi-Fi and credentials in secrets.h, the topics, and how messages are handled.
#include <time.h>

#include <PubSubClient.h>
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

static const char COMMAND_TOPIC[] = "devices/esp32/command";
static const char HEARTBEAT_TOPIC[] = "devices/esp32/heartbeat";
static const unsigned long HEARTBEAT_MS = 10000;
// PubSubClient silently drops messages larger than its buffer, which is 256 bytes by default.
static const uint16_t LARGEST_PACKET = 1024;
static const unsigned long LONGEST_PAUSE_MS = 60000;

WiFiClientSecure tls;
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

void sendHeartbeat() {
  lastHeartbeatMs = millis();
  mqtt.publish(HEARTBEAT_TOPIC, "{\"beat\":1}");
}

void connectMqtt() {
  if (connectTls()) {
    // PubSubClient uses the existing connection.
    if (mqtt.connect(MQTT_CLIENT_ID, MQTT_USER, MQTT_PASSWORD)) {
      Serial.println("connected");
      mqtt.subscribe(COMMAND_TOPIC);
      sendHeartbeat();
      pauseMs = 1000;
      return;
    }
    Serial.printf("mqtt state %d\n", mqtt.state());
  }
  delay(pauseMs);
  pauseMs = pauseMs * 2 > LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : pauseMs * 2;
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

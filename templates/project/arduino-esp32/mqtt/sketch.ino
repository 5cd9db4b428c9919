// Connects an ESP32 to an MQTT broker over TLS.
//
// The broker, its port and the one certificate that is trusted stand in server_root_ca.h, which
// certgrab made. Edit: Wi-Fi and credentials in secrets.h, the topics, and what is done with a message.
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

static const char COMMAND_TOPIC[] = "devices/esp32/command";
static const char HEARTBEAT_TOPIC[] = "devices/esp32/heartbeat";
static const unsigned long HEARTBEAT_MS = 10000;
// PubSubClient drops without a word what does not fit into its buffer, which is 256 bytes by default.
static const uint16_t LARGEST_PACKET = 1024;
static const unsigned long LONGEST_PAUSE_MS = 60000;

WiFiClientSecure tls;
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

void beat() {
  lastBeatMs = millis();
  mqtt.publish(HEARTBEAT_TOPIC, "{\"beat\":1}");
}

void connectMqtt() {
  if (connectTls()) {
    // PubSubClient uses the connection that is there.
    if (mqtt.connect(MQTT_CLIENT_ID, MQTT_USER, MQTT_PASSWORD)) {
      Serial.println("connected");
      mqtt.subscribe(COMMAND_TOPIC);
      beat();
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

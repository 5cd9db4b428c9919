// MQTT 3.1.1 with the parts of the interface of PubSubClient 2.8 that sketches use.
#pragma once
#include <Client.h>
#include <functional>

#define MQTT_CONNECTION_TIMEOUT -4
#define MQTT_CONNECTION_LOST -3
#define MQTT_CONNECT_FAILED -2
#define MQTT_DISCONNECTED -1
#define MQTT_CONNECTED 0
#define MQTT_CONNECT_BAD_CREDENTIALS 4
#define MQTT_CONNECT_UNAUTHORIZED 5

#define MQTT_CALLBACK_SIGNATURE std::function<void(char *, uint8_t *, unsigned int)> callback

class PubSubClient {
public:
  explicit PubSubClient(Client &client) : client(client) {}

  PubSubClient &setServer(const char *domain, uint16_t port) {
    host = domain;
    this->port = port;
    return *this;
  }

  PubSubClient &setCallback(MQTT_CALLBACK_SIGNATURE) {
    onMessage = callback;
    return *this;
  }

  bool setBufferSize(uint16_t size) {
    bufferSize = size;
    return size > 0;
  }

  // Clean session, keep-alive 15 s (MQTT 3.1.1 section 3.1); `user` and `pass` may be null.
  bool connect(const char *id, const char *user, const char *pass) {
    if (!client.connected() && !client.connect(host.c_str(), port)) {
      return fail(MQTT_CONNECT_FAILED);
    }
    char flags = 0x02;
    std::string payload = text(id);
    if (user != nullptr) {
      flags = (char)(flags | 0x80);
      payload += text(user);
      if (pass != nullptr) {
        flags = (char)(flags | 0x40);
        payload += text(pass);
      }
    }
    send(0x10, text("MQTT") + std::string{4, flags, 0, 15} + payload);
    std::string connack;
    if (receive(connack) != 0x20 || connack.size() != 2) {
      return fail(MQTT_CONNECTION_TIMEOUT);
    }
    return connack[1] == 0 ? (current = MQTT_CONNECTED, true) : fail(connack[1]);
  }

  bool publish(const char *topic, const char *payload) {
    return connected() && send(0x30, text(topic) + payload);
  }

  bool subscribe(const char *topic) {
    // Packet identifier 1, at most once (section 3.8).
    return connected() && send(0x82, std::string{0, 1} + text(topic) + std::string(1, 0));
  }

  bool loop() {
    if (!connected()) {
      return false;
    }
    if (millis() - lastSentMs > 10000) {
      send(0xC0, "");
    }
    if (client.available()) {
      std::string body;
      int kind = receive(body);
      if ((kind & 0xF0) == 0x30 && body.size() >= 2 && onMessage) {
        size_t length = (size_t)(uint8_t)body[0] << 8 | (uint8_t)body[1];
        // PubSubClient skips what exceeds its buffer, which includes the header.
        if (length + 2 <= body.size() && body.size() + 5 <= bufferSize) {
          std::string topic = body.substr(2, length), payload = body.substr(2 + length);
          onMessage(&topic[0], (uint8_t *)&payload[0], (unsigned)payload.size());
        }
      }
    }
    return true;
  }

  bool connected() {
    if (current == MQTT_CONNECTED && !client.connected()) {
      fail(MQTT_CONNECTION_LOST);
    }
    return current == MQTT_CONNECTED;
  }

  int state() { return current; }

private:
  bool fail(int state) {
    client.stop();
    current = state;
    return false;
  }

  static std::string text(const std::string &words) {
    return std::string{(char)(words.size() >> 8), (char)words.size()} + words;
  }

  bool send(uint8_t kind, const std::string &body) {
    std::string packet(1, (char)kind);
    size_t left = body.size();
    do {
      packet += (char)(left % 128 | (left >= 128 ? 128 : 0));
      left /= 128;
    } while (left > 0);
    packet += body;
    if (packet.size() > bufferSize) {
      return false;
    }
    lastSentMs = millis();
    return client.write((const uint8_t *)packet.data(), packet.size()) == packet.size();
  }

  // The next byte; -1 after 15 s, as in PubSubClient.
  int next() {
    for (unsigned long begun = millis(); millis() - begun < 15000; delay(1)) {
      if (client.available()) {
        return client.read();
      }
      if (!client.connected()) {
        break;
      }
    }
    return -1;
  }

  // The first byte of the next packet, or -1.
  int receive(std::string &body) {
    int kind = next(), part = 0x80;
    size_t length = 0;
    for (int shift = 0; (part & 0x80) && shift <= 21; shift += 7) {
      part = next();
      if (part < 0) {
        return -1;
      }
      length |= (size_t)(part & 0x7F) << shift;
    }
    while (body.size() < length) {
      int byte = next();
      if (byte < 0) {
        return -1;
      }
      body += (char)byte;
    }
    return kind;
  }

  Client &client;
  std::string host;
  uint16_t port = 0;
  size_t bufferSize = 256;
  std::function<void(char *, uint8_t *, unsigned int)> onMessage;
  int current = MQTT_DISCONNECTED;
  unsigned long lastSentMs = 0;
};

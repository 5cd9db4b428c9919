// PubSubClient.h 2.8, in what sketches use of it.
#pragma once
#include <Arduino.h>
#include <functional>
#define MQTT_CALLBACK_SIGNATURE std::function<void(char *, uint8_t *, unsigned int)> callback
class PubSubClient {
public:
  PubSubClient(Client &client);
  PubSubClient &setServer(const char *domain, uint16_t port);
  PubSubClient &setCallback(MQTT_CALLBACK_SIGNATURE);
  bool connect(const char *id, const char *user, const char *pass);
  bool publish(const char *topic, const char *payload);
  bool subscribe(const char *topic);
  bool loop();
  bool connected();
  int state();
};

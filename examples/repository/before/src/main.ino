#include <WiFiClientSecure.h>

#include "root_ca.h"
#include "update_ca.h"

WiFiClientSecure mqtt;
WiFiClientSecure updates;

void setup() {
  mqtt.setCACert(root_ca);
  updates.setCACert(update_ca);
}

void loop() {}

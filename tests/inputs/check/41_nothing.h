#pragma once
#define MQTT_HOST "m1.tuyacn.com"
#define MQTT_PORT 8883

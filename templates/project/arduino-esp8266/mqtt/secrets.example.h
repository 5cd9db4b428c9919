// Copy this file to secrets.h, which git ignores, and fill it in there.
#pragma once

static const char WIFI_NAME[] = "";
static const char WIFI_PASSWORD[] = "";
static const char MQTT_CLIENT_ID[] = "esp8266";
// `nullptr` for no credentials.
static const char *const MQTT_USER = nullptr;
static const char *const MQTT_PASSWORD = nullptr;

// Keep what you fill in here out of version control: `git update-index --skip-worktree src/secrets.h`.
#pragma once

static const char WIFI_NAME[] = "";
static const char WIFI_PASSWORD[] = "";
static const char MQTT_CLIENT_ID[] = "esp32";
// Without credentials, `nullptr`.
static const char *const MQTT_USER = nullptr;
static const char *const MQTT_PASSWORD = nullptr;

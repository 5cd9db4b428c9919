// Copy this file to secrets.h, which git ignores, and fill it in there.
#pragma once

static const char WIFI_NAME[] = "";
static const char WIFI_PASSWORD[] = "";

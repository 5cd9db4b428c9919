// The ESP8266 names it so.
#pragma once
#include <HTTPClient.h>

// The name on the ESP8266.
#pragma once
#include <HTTPClient.h>

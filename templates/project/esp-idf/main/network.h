// The network and the clock: what TLS needs before it begins.
#pragma once

#include <stdint.h>

// Joins the Wi-Fi of the configuration; returns once there is an address, and stays joined.
void network_start(void);

// Sets the clock by SNTP; returns once it is past `not_before`, in seconds since 1970.
void clock_set(int64_t not_before);

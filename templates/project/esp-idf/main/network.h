// The network and the clock, which TLS needs.
#pragma once

#include <stdint.h>

// Joins the configured Wi-Fi, and rejoins it after a loss. Returns once there is an address.
void network_start(void);

// Sets the clock by SNTP. Returns once it is past `not_before`, in seconds since 1970.
void clock_set(int64_t not_before);

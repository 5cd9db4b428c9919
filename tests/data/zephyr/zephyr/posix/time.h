#pragma once
#include <time.h>
#ifndef CLOCK_REALTIME
#define CLOCK_REALTIME 1
#endif
int clock_settime(clockid_t clock, const struct timespec *time);

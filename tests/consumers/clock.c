/* A clock to preload: a program sees the time NOW, in seconds since 1970. */
#include <stdlib.h>
#include <time.h>

time_t time(time_t *out) {
    const char *now = getenv("NOW");
    time_t seconds = now ? (time_t)atoll(now) : 0;
    if (out) *out = seconds;
    return seconds;
}

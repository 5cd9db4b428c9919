#include "server.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/sntp.h>
#include <zephyr/posix/time.h>

#include "server_root_ca.h"
#if __has_include("device_identity.h")
#include "device_identity.h"
#define HAS_CERTIFICATE
#endif

LOG_MODULE_REGISTER(server, LOG_LEVEL_INF);

#define TIME_SERVER "pool.ntp.org"
#define TIME_SERVER_MS 5000

const char *const server_host = SERVER_ROOT_CA_HOST;

char *server_port(char text[SERVER_PORT_SIZE])
{
    snprintf(text, SERVER_PORT_SIZE, "%u", (unsigned)SERVER_ROOT_CA_PORT);
    return text;
}

int server_trust(void)
{
    /* `sizeof` includes the final NUL, as mbedTLS requires for PEM. */
    int code = tls_credential_add(SERVER_TAG, TLS_CREDENTIAL_CA_CERTIFICATE, SERVER_ROOT_CA,
                                  sizeof(SERVER_ROOT_CA));
#ifdef HAS_CERTIFICATE
    /* For a server that requests a client certificate. In Zephyr 3.7, TLS_CREDENTIAL_SERVER_CERTIFICATE is
     * also the type of a client certificate. */
    if (code == 0) {
        code = tls_credential_add(SERVER_TAG, TLS_CREDENTIAL_SERVER_CERTIFICATE,
                                  DEVICE_CERTIFICATE, sizeof(DEVICE_CERTIFICATE));
    }
    if (code == 0) {
        code = tls_credential_add(SERVER_TAG, TLS_CREDENTIAL_PRIVATE_KEY, DEVICE_KEY,
                                  sizeof(DEVICE_KEY));
    }
#endif
    return code;
}

/* The clock starts in 1970, when no certificate is valid yet. */
void server_set_clock(void)
{
    for (;;) {
        struct sntp_time now;
        int code = sntp_simple(TIME_SERVER, TIME_SERVER_MS, &now);
        if (code == 0 && (int64_t)now.seconds >= SERVER_ROOT_CA_NOT_BEFORE) {
            struct timespec time = {.tv_sec = (time_t)now.seconds};
            if (clock_settime(CLOCK_REALTIME, &time) == 0) {
                return;
            }
            code = -errno;
        }
        LOG_WRN("no time from %s: %d", TIME_SERVER, code);
        k_sleep(K_SECONDS(1));
    }
}

int server_resolve(struct sockaddr_storage *address, socklen_t *length)
{
    const struct zsock_addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct zsock_addrinfo *found = NULL;
    char port[SERVER_PORT_SIZE];
    int code = zsock_getaddrinfo(server_host, server_port(port), &hints, &found);
    if (code != 0) {
        LOG_ERR("%s: no address: %d", server_host, code);
        return -EHOSTUNREACH;
    }
    memcpy(address, found->ai_addr, found->ai_addrlen);
    *length = found->ai_addrlen;
    zsock_freeaddrinfo(found);
    return 0;
}

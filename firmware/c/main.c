/* An MQTT-over-TLS client on a PC, written like an ESP-IDF application.
 *
 * In: a host and a port on the command line. It trusts only the anchor in the generated header.
 * Out: log lines, and exit code 0 if the broker accepts the connection, or 1 with mbedTLS's reason
 * if not.
 *
 * TLS and MQTT are tls.c and mqtt.c of the project `linux-c`, which `certgrab new` generates.
 *
 * On an ESP32, use the same header in `esp_mqtt_client_config_t`:
 *
 *     .broker.verification.certificate = BROKER_ROOT_CA,   // a length of 0: PEM up to its NUL
 */
#include <stdio.h>
#include <stdlib.h>

#include "mqtt.h"
#include "root_ca.h"
#include "tls.h"

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "Usage: %s HOST PORT\n", argv[0]);
        return 2;
    }
    const server_t server = {
        .host = argv[1],
        .port = (uint16_t)atoi(argv[2]),
        .anchor = BROKER_ROOT_CA,
        .anchor_size = sizeof BROKER_ROOT_CA,
        .not_before = BROKER_ROOT_CA_NOT_BEFORE,
    };
    const message_t message = {
        .client_id = "c-client",
        .topic = "devices/c-client/heartbeat",
        .payload = "{\"beat\":1}",
    };
    LOGI("the anchor was grabbed from %s:%d", BROKER_ROOT_CA_HOST, (int)BROKER_ROOT_CA_PORT);
    connection_t connection;
    int code = tls_connect(&connection, &server);
    if (code == 0) {
        code = mqtt_publish(&connection, &message);
    }
    tls_close(&connection);
    return code == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

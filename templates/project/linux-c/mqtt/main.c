/* Connects to an MQTT broker over TLS and publishes one message.
 *
 * certs/server.pem contains the only trusted certificate; server_root_ca.h is generated from it.
 * Edit the client identifier, the topic, and what is published.
 */
#include <stdlib.h>

#include "mqtt.h"
#include "server_root_ca.h"
#include "tls.h"

int main(void)
{
    const server_t server = {
        .host = SERVER_ROOT_CA_HOST,
        .port = SERVER_ROOT_CA_PORT,
        .anchor = SERVER_ROOT_CA,
        .anchor_size = sizeof SERVER_ROOT_CA,
        .certificate_file = "certs/device.pem",
        .key_file = "certs/device.key",
        .not_before = SERVER_ROOT_CA_NOT_BEFORE,
    };
    const message_t message = {
        .client_id = "linux-c",
        /* From the environment, so that they are not committed. */
        .user = getenv("MQTT_USER"),
        .password = getenv("MQTT_PASSWORD"),
        .topic = "devices/linux-c/heartbeat",
        .payload = "{\"beat\":1}",
    };
    connection_t connection;
    int code = tls_connect(&connection, &server);
    if (code == 0) {
        code = mqtt_publish(&connection, &message);
    }
    tls_close(&connection);
    return code == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

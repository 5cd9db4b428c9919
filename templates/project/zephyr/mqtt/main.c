/* Connects to an MQTT broker over TLS, sends heartbeats, and logs received messages.
 *
 * server_root_ca.h, which certgrab generated, defines the broker, its port and the only trusted
 * certificate. Edit the topics, what is published, and how messages are handled.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/mqtt.h>
#include <zephyr/net/socket.h>

#include "server.h"

LOG_MODULE_REGISTER(client, LOG_LEVEL_INF);

static const char COMMAND_TOPIC[] = "devices/" CONFIG_CLIENT_ID "/command";
static const char HEARTBEAT_TOPIC[] = "devices/" CONFIG_CLIENT_ID "/heartbeat";

#define HEARTBEAT_MS 10000
#define CONNACK_MS 10000
#define FIRST_PAUSE_MS 1000
#define LONGEST_PAUSE_MS 60000

static struct sockaddr_storage broker;
static struct mqtt_client client;
static uint8_t received[512];
static uint8_t sent[512];
static sec_tag_t tags[] = {SERVER_TAG};
static bool connected;

static struct mqtt_utf8 text(const char *string)
{
    return (struct mqtt_utf8){.utf8 = (const uint8_t *)string, .size = strlen(string)};
}

/* Reads the whole message in parts, and logs the first part. */
static void on_message(const struct mqtt_publish_param *message)
{
    char piece[65];
    uint32_t left = message->message.payload.len;
    bool first = true;
    while (left > 0) {
        int length =
            mqtt_read_publish_payload_blocking(&client, piece, MIN(left, sizeof(piece) - 1));
        if (length <= 0) {
            return;
        }
        left -= (uint32_t)length;
        piece[length] = '\0';
        if (first) {
            LOG_INF("%.*s: %s", (int)message->message.topic.topic.size,
                    (const char *)message->message.topic.topic.utf8, piece);
        }
        first = false;
    }
}

static void on_event(struct mqtt_client *of, const struct mqtt_evt *event)
{
    ARG_UNUSED(of);
    switch (event->type) {
    case MQTT_EVT_CONNACK:
        connected = event->result == 0;
        if (!connected) {
            LOG_ERR("the broker refuses the connection: CONNACK %d",
                    event->param.connack.return_code);
        }
        break;
    case MQTT_EVT_DISCONNECT:
        connected = false;
        break;
    case MQTT_EVT_PUBLISH:
        on_message(&event->param.publish);
        break;
    default:
        break;
    }
}

/* Waits at most `timeout_ms` for a packet and handles it. Returns 0, or a negative error code. */
static int listen_for(int timeout_ms)
{
    struct zsock_pollfd socket = {.fd = client.transport.tls.sock, .events = ZSOCK_POLLIN};
    int ready = zsock_poll(&socket, 1, timeout_ms);
    if (ready < 0) {
        return -errno;
    }
    if (ready > 0) {
        int code = mqtt_input(&client);
        if (code != 0) {
            return code;
        }
    }
    int code = mqtt_live(&client);
    return code == -EAGAIN ? 0 : code;
}

static int subscribe(void)
{
    struct mqtt_topic topic = {.topic = text(COMMAND_TOPIC), .qos = MQTT_QOS_0_AT_MOST_ONCE};
    const struct mqtt_subscription_list list = {.list = &topic, .list_count = 1, .message_id = 1};
    return mqtt_subscribe(&client, &list);
}

static int send_heartbeat(unsigned number)
{
    char payload[32];
    int length = snprintf(payload, sizeof(payload), "{\"beat\":%u}", number);
    const struct mqtt_publish_param message = {
        .message = {.topic = {.topic = text(HEARTBEAT_TOPIC), .qos = MQTT_QOS_0_AT_MOST_ONCE},
                    .payload = {.data = (uint8_t *)payload, .len = (uint32_t)length}},
    };
    return mqtt_publish(&client, &message);
}

/* Runs one connection. Resets `pause_ms` after the broker has accepted it. */
static int run_once(int *pause_ms)
{
    static struct mqtt_utf8 user, password;
    socklen_t length;
    int code = server_resolve(&broker, &length);
    if (code != 0) {
        return code;
    }
    mqtt_client_init(&client);
    client.broker = &broker;
    client.evt_cb = on_event;
    client.protocol_version = MQTT_VERSION_3_1_1;
    client.client_id = text(CONFIG_CLIENT_ID);
    user = text(CONFIG_CLIENT_USER);
    password = text(CONFIG_CLIENT_PASSWORD);
    if (user.size > 0) {
        client.user_name = &user;
        client.password = &password;
    }
    client.rx_buf = received;
    client.rx_buf_size = sizeof(received);
    client.tx_buf = sent;
    client.tx_buf_size = sizeof(sent);
    client.transport.type = MQTT_TRANSPORT_SECURE;
    client.transport.tls.config = (struct mqtt_sec_config){
        .peer_verify = TLS_PEER_VERIFY_REQUIRED,
        .sec_tag_list = tags,
        .sec_tag_count = ARRAY_SIZE(tags),
        .hostname = server_host,
    };
    connected = false;
    code = mqtt_connect(&client);
    if (code != 0) {
        return code;
    }
    code = listen_for(CONNACK_MS);
    if (code == 0 && !connected) {
        code = -ETIMEDOUT;
    }
    if (code == 0) {
        LOG_INF("connected to %s", server_host);
        *pause_ms = FIRST_PAUSE_MS;
        code = subscribe();
    }
    int64_t due = k_uptime_get();
    for (unsigned number = 1; code == 0 && connected; number++) {
        code = send_heartbeat(number);
        due += HEARTBEAT_MS;
        for (int64_t left = HEARTBEAT_MS; code == 0 && connected && left > 0;
             left = due - k_uptime_get()) {
            code = listen_for((int)left);
        }
    }
    mqtt_abort(&client);
    return code;
}

int main(void)
{
    int code = server_trust();
    if (code != 0) {
        LOG_ERR("cannot register the certificate: %d", code);
        return code;
    }
    server_set_clock();
    int pause_ms = FIRST_PAUSE_MS;
    for (;;) {
        code = run_once(&pause_ms);
        LOG_ERR("%s: %d; again in %d ms", server_host, code, pause_ms);
        k_msleep(pause_ms);
        pause_ms = MIN(pause_ms * 2, LONGEST_PAUSE_MS);
    }
}

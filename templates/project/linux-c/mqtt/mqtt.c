#include "mqtt.h"

#include <string.h>

/* The longest packet without its header: large enough for the tokens of cloud services. */
#define MAX_REMAINING 4096

typedef struct {
    uint8_t type;
    uint8_t body[MAX_REMAINING];
    size_t length;
    int is_too_long;
} packet_t;

static void put(packet_t *packet, const void *bytes, size_t length)
{
    if (length > sizeof packet->body - packet->length) {
        packet->is_too_long = 1;
        return;
    }
    memcpy(packet->body + packet->length, bytes, length);
    packet->length += length;
}

/* A string, prefixed with its length (section 1.5.3). */
static void put_string(packet_t *packet, const char *text)
{
    size_t length = strlen(text);
    uint8_t prefix[2] = {(uint8_t)(length >> 8), (uint8_t)length};
    put(packet, prefix, sizeof prefix);
    put(packet, text, length);
}

static int send_packet(connection_t *c, packet_t *packet)
{
    if (packet->is_too_long) {
        LOGE("names, credentials and payload are too long for a packet of %d bytes", MAX_REMAINING);
        return -1;
    }
    uint8_t header[5] = {packet->type};
    size_t size = 1;
    size_t left = packet->length;
    do {
        /* Seven bits per byte, the lowest first; the eighth bit means that more follow (section 2.2.3). */
        header[size] = (uint8_t)((left & 0x7F) | (left > 0x7F ? 0x80 : 0));
        size += 1;
        left >>= 7;
    } while (left > 0);
    int code = tls_send(c, header, size);
    return code == 0 ? tls_send(c, packet->body, packet->length) : code;
}

/* Clean session, keep-alive 60 s (section 3.1). */
static int send_connect(connection_t *c, const message_t *message)
{
    packet_t packet = {.type = 0x10};
    uint8_t flags = 0x02;
    if (message->user != NULL) {
        flags |= 0x80;
        if (message->password != NULL) {
            flags |= 0x40;
        }
    }
    const uint8_t level_flags_and_keep_alive[] = {4, flags, 0, 60};
    put_string(&packet, "MQTT");
    put(&packet, level_flags_and_keep_alive, sizeof level_flags_and_keep_alive);
    put_string(&packet, message->client_id);
    if (flags & 0x80) {
        put_string(&packet, message->user);
    }
    if (flags & 0x40) {
        put_string(&packet, message->password);
    }
    return send_packet(c, &packet);
}

int mqtt_publish(connection_t *c, const message_t *message)
{
    static const uint8_t DISCONNECT[] = {0xE0, 0};
    uint8_t connack[4];
    int code = send_connect(c, message);
    if (code == 0) {
        code = tls_receive(c, connack, sizeof connack);
    }
    if (code != 0) {
        return code;
    }
    if (connack[0] != 0x20 || connack[1] != 2 || connack[3] != 0) {
        LOGE("the broker refuses the connection: CONNACK %d", connack[3]);
        return -1;
    }
    LOGI("CONNACK: the broker took the connection");

    packet_t publish = {.type = 0x30};
    put_string(&publish, message->topic);
    put(&publish, message->payload, strlen(message->payload));
    code = send_packet(c, &publish);
    return code == 0 ? tls_send(c, DISCONNECT, sizeof DISCONNECT) : code;
}

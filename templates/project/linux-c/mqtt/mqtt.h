/* The part of MQTT 3.1.1 that one message needs. */
#ifndef MQTT_H
#define MQTT_H

#include "tls.h"

typedef struct {
    const char *client_id;
    /* NULL for no credentials. */
    const char *user;
    const char *password;
    const char *topic;
    const char *payload;
} message_t;

/* Sends CONNECT, one PUBLISH with QoS 0, and DISCONNECT. Returns 0 if the broker accepts. */
int mqtt_publish(connection_t *c, const message_t *message);

#endif

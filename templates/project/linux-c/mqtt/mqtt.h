/* The part of MQTT 3.1.1 that one message needs. */
#ifndef MQTT_H
#define MQTT_H

#include "tls.h"

typedef struct {
    const char *client_id;
    /* NULL without credentials. */
    const char *user;
    const char *password;
    const char *topic;
    const char *payload;
} message_t;

/* CONNECT, a PUBLISH at most once, DISCONNECT. Returns 0 if the broker took the connection. */
int mqtt_publish(connection_t *c, const message_t *message);

#endif

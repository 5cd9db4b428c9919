/* The one server that is meant, and the one certificate that is trusted. */
#ifndef SERVER_H
#define SERVER_H

#include <zephyr/net/socket.h>
#include <zephyr/net/tls_credentials.h>

/* Where the certificate is kept; what connects names it. */
#define SERVER_TAG ((sec_tag_t)1)

extern const char *const server_host;

/* The size of the longest port with its NUL. */
#define SERVER_PORT_SIZE 6

/* Writes the port in decimal digits to `text`, and returns that. */
char *server_port(char text[SERVER_PORT_SIZE]);

/* Registers the certificates under SERVER_TAG; 0, or a negative error code. */
int server_trust(void);

/* Asks for the time until the clock is set. */
void server_set_clock(void);

/* Finds an address of the server; 0, or a negative error code. */
int server_resolve(struct sockaddr_storage *address, socklen_t *length);

#endif

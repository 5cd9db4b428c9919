/* The server, and the only trusted certificate. */
#ifndef SERVER_H
#define SERVER_H

#include <zephyr/net/socket.h>
#include <zephyr/net/tls_credentials.h>

/* The tag of the registered certificate; sockets refer to it. */
#define SERVER_TAG ((sec_tag_t)1)

extern const char *const server_host;

/* The size of the longest port number with its NUL. */
#define SERVER_PORT_SIZE 6

/* Writes the port in decimal digits to `text`, and returns `text`. */
char *server_port(char text[SERVER_PORT_SIZE]);

/* Registers the certificates under SERVER_TAG. Returns 0, or a negative error code. */
int server_trust(void);

/* Queries the time server until the clock is set. */
void server_set_clock(void);

/* Resolves the server's host name. Returns 0, or a negative error code. */
int server_resolve(struct sockaddr_storage *address, socklen_t *length);

#endif

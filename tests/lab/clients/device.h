/* Shared parts of the devices in C: "device MODE PORT ANCHOR" connects to localhost on PORT repeatedly, as
 * firmware does, until the server stops. After each handshake it sends an MQTT CONNECT with user and
 * password, and reads the answer. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define HOST "localhost"

/* Seconds that a handshake may wait for the server. */
#define PATIENCE 10

static const unsigned char CONNECT[] = {0x10, 0x1c, 0, 4, 'M', 'Q', 'T', 'T', 4, 0xc2, 0, 60, 0, 4, 'd', 'e',
                                        'm', 'o', 0, 4, 'u', 's', 'e', 'r', 0, 4, 'p', 'a', 's', 's'};

static const char *mode, *anchor;

static int is(const char *word) { return strcmp(mode, word) == 0; }

/* One connection on this socket. */
static void meet(int socket_);

int main(int count, char **words) {
    struct sockaddr_in at = {0};
    struct timeval patience = {PATIENCE, 0};
    if (count != 4) return 2;
    mode = words[1];
    anchor = words[3];
    at.sin_family = AF_INET;
    at.sin_port = htons((unsigned short)atoi(words[2]));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    signal(SIGPIPE, SIG_IGN);
    for (;;) {
        int one = 1, socket_ = socket(AF_INET, SOCK_STREAM, 0);
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (connect(socket_, (struct sockaddr *)&at, sizeof at) != 0) return 0;
        meet(socket_);
        close(socket_);
    }
}

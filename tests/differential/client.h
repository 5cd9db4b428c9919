/* Shared parts of the clients in C. Each reads lines "ID HOST CHAIN KEY ANCHOR", separated by tabs,
 * connects to the server at 127.0.0.1 on the port in its argument, sends it the chain and key to present,
 * completes the handshake as a user of the library would, and prints "ID VERDICT". The verdict is "ok",
 * the library's error, "anchor ..." if it refuses the anchor, or "unserved" if no server can present it. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* Seconds that a handshake may wait for the server. */
#define PATIENCE 10

struct job {
    char *id, *host, *chain, *key, *anchor;
};

static const char *port;

/* A socket on which the server waits for a ClientHello; -1 if it cannot present the chain. */
static int connected(const struct job *job) {
    struct sockaddr_in at = {0};
    struct timeval patience = {PATIENCE, 0};
    int one = 1, socket_ = socket(AF_INET, SOCK_STREAM, 0);
    char answer = 0;
    at.sin_family = AF_INET;
    at.sin_port = htons((unsigned short)atoi(port));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(socket_, (struct sockaddr *)&at, sizeof at) != 0) exit(3);
    dprintf(socket_, "%s\t%s\t%s\n", job->host, job->chain, job->key);
    if (read(socket_, &answer, 1) == 1 && answer == '+') return socket_;
    close(socket_);
    return -1;
}

/* Prints the verdict on a job at once: a library that crashes afterwards has answered. */
static void say(const struct job *job, const char *form, ...) {
    va_list arguments;
    va_start(arguments, form);
    printf("%s\t", job->id);
    vprintf(form, arguments);
    printf("\n");
    fflush(stdout);
    va_end(arguments);
}

/* Prints the library's verdict on a job. */
static void judge(const struct job *job);

int main(int count, char **words) {
    static char line[1 << 16];
    if (count != 2) return 2;
    port = words[1];
    signal(SIGPIPE, SIG_IGN);
    while (fgets(line, sizeof line, stdin)) {
        struct job job;
        line[strcspn(line, "\n")] = 0;
        job.id = strtok(line, "\t");
        job.host = strtok(NULL, "\t");
        job.chain = strtok(NULL, "\t");
        job.key = strtok(NULL, "\t");
        job.anchor = strtok(NULL, "\t");
        if (!job.anchor) return 2;
        judge(&job);
    }
    return 0;
}

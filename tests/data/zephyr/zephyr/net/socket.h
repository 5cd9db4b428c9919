#pragma once
#include <zephyr/net/net_ip.h>

enum { SOL_TLS = 282, TLS_SEC_TAG_LIST = 1, TLS_HOSTNAME = 2, TLS_PEER_VERIFY = 5 };
enum { TLS_PEER_VERIFY_REQUIRED = 2 };
#define ZSOCK_POLLIN 1

struct zsock_addrinfo {
    struct zsock_addrinfo *ai_next;
    int ai_flags;
    int ai_family;
    int ai_socktype;
    int ai_protocol;
    int ai_eflags;
    socklen_t ai_addrlen;
    struct sockaddr *ai_addr;
    char *ai_canonname;
};
struct zsock_pollfd {
    int fd;
    short events;
    short revents;
};

int zsock_getaddrinfo(const char *host, const char *service, const struct zsock_addrinfo *hints,
                      struct zsock_addrinfo **res);
void zsock_freeaddrinfo(struct zsock_addrinfo *ai);
int zsock_socket(int family, int type, int proto);
int zsock_setsockopt(int sock, int level, int optname, const void *optval, socklen_t optlen);
int zsock_connect(int sock, const struct sockaddr *addr, socklen_t addrlen);
int zsock_close(int sock);
int zsock_poll(struct zsock_pollfd *fds, int nfds, int timeout);

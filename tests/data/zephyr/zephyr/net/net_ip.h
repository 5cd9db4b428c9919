#pragma once
#include <stddef.h>
#include <stdint.h>

typedef unsigned short sa_family_t;
typedef size_t socklen_t;
struct sockaddr {
    sa_family_t sa_family;
    char data[22];
};
struct sockaddr_storage {
    sa_family_t ss_family;
    char data[22];
};
enum { SOCK_STREAM = 1, IPPROTO_TLS_1_2 = 258 };

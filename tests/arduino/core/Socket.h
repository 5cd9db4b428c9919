// TCP for the clients.
#pragma once
#include <netdb.h>
#include <poll.h>
#include <stdint.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

// A socket connected to the first address of `host` that answers, or -1.
inline int dial(const char *host, uint16_t port) {
  struct addrinfo hints = {}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(host, std::to_string(port).c_str(), &hints, &found) != 0) {
    return -1;
  }
  int connected = -1;
  for (struct addrinfo *one = found; one != nullptr && connected < 0; one = one->ai_next) {
    connected = socket(one->ai_family, one->ai_socktype, one->ai_protocol);
    if (connected >= 0 && connect(connected, one->ai_addr, one->ai_addrlen) != 0) {
      close(connected);
      connected = -1;
    }
  }
  freeaddrinfo(found);
  return connected;
}

// Whether data has arrived or the peer has closed the connection.
inline bool isReadable(int socket) {
  struct pollfd one = {socket, POLLIN, 0};
  return poll(&one, 1, 0) > 0;
}

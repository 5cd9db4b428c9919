// The parts of HTTPClient that sketches use; both cores have the same.
#pragma once
#include <Arduino.h>
#include <Client.h>
#include <stdlib.h>

#define HTTPC_ERROR_CONNECTION_REFUSED (-1)
#define HTTPC_ERROR_NO_HTTP_SERVER (-7)

class HTTPClient {
public:
  bool begin(Client &client, const String &host, uint16_t port, const String &uri = "/",
             bool https = false) {
    (void)https;
    this->client = &client;
    this->host = host;
    this->port = port;
    this->uri = uri;
    return true;
  }

  // The status, or one of the negative numbers above.
  int GET() {
    if (!client->connected() && !client->connect(host.c_str(), port)) {
      return HTTPC_ERROR_CONNECTION_REFUSED;
    }
    String request = "GET " + uri + " HTTP/1.0\r\nHost: " + host + ":" + std::to_string(port) +
                     "\r\nConnection: close\r\n\r\n";
    client->write((const uint8_t *)request.data(), request.size());
    std::string answer;
    while (client->connected() || client->available()) {
      while (client->available()) {
        answer += (char)client->read();
      }
      delay(1);
    }
    size_t head = answer.find("\r\n\r\n");
    if (answer.compare(0, 5, "HTTP/") != 0 || head == std::string::npos) {
      return HTTPC_ERROR_NO_HTTP_SERVER;
    }
    body = answer.substr(head + 4);
    return atoi(answer.c_str() + answer.find(' '));
  }

  static String errorToString(int error) {
    return error == HTTPC_ERROR_CONNECTION_REFUSED ? "connection refused" : "no HTTP server";
  }

  String getString() { return body; }
  void end() { client->stop(); }

private:
  Client *client = nullptr;
  String host, uri, body;
  uint16_t port = 0;
};

/* Members are declared in Zephyr's order, as far as the project names them. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum http_method { HTTP_DELETE, HTTP_GET };
enum http_final_call { HTTP_DATA_MORE, HTTP_DATA_FINAL };
struct http_response {
    size_t body_frag_len;
    char http_status[32];
};
typedef int (*http_response_cb_t)(struct http_response *rsp, enum http_final_call final_data,
                                  void *user_data);
struct http_request {
    enum http_method method;
    http_response_cb_t response;
    uint8_t *recv_buf;
    size_t recv_buf_len;
    const char *url;
    const char *protocol;
    const char *const *header_fields;
    const char *host;
    const char *port;
};

int http_client_req(int sock, struct http_request *req, int32_t timeout, void *user_data);

/* Fetches a page over HTTPS.
 *
 * server_root_ca.h, which certgrab generated, defines the server, its port and the only trusted
 * certificate. Edit the path, and how the response is handled.
 */
#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/http/client.h>
#include <zephyr/net/socket.h>

#include "server.h"

LOG_MODULE_REGISTER(client, LOG_LEVEL_INF);

static const char PATH[] = "/";

#define ANSWER_MS 10000

static uint8_t received[1024];

/* Called for each part of the response. A negative return value ends the request. */
static int on_answer(struct http_response *answer, enum http_final_call last, void *data)
{
    ARG_UNUSED(data);
    LOG_INF("%s: %u bytes%s", answer->http_status, (unsigned)answer->body_frag_len,
            last == HTTP_DATA_FINAL ? ", the last" : "");
    return 0;
}

/* Connects over TCP and TLS, and verifies the server against the certificate only. Returns a socket, or a
 * negative error code. */
static int open_socket(void)
{
    static const sec_tag_t tags[] = {SERVER_TAG};
    static const int verify = TLS_PEER_VERIFY_REQUIRED;
    struct sockaddr_storage address;
    socklen_t length;
    int code = server_resolve(&address, &length);
    if (code != 0) {
        return code;
    }
    int sock = zsock_socket(address.ss_family, SOCK_STREAM, IPPROTO_TLS_1_2);
    if (sock < 0) {
        return -errno;
    }
    if (zsock_setsockopt(sock, SOL_TLS, TLS_SEC_TAG_LIST, tags, sizeof(tags)) != 0 ||
        zsock_setsockopt(sock, SOL_TLS, TLS_PEER_VERIFY, &verify, sizeof(verify)) != 0 ||
        zsock_setsockopt(sock, SOL_TLS, TLS_HOSTNAME, server_host, strlen(server_host) + 1) != 0 ||
        zsock_connect(sock, (struct sockaddr *)&address, length) != 0) {
        code = -errno;
        zsock_close(sock);
        return code;
    }
    return sock;
}

static int fetch(void)
{
    static const char *const token[] = {
        "Authorization: Bearer " CONFIG_CLIENT_BEARER_TOKEN "\r\n",
        NULL,
    };
    char port[SERVER_PORT_SIZE];
    int sock = open_socket();
    if (sock < 0) {
        return sock;
    }
    struct http_request request = {
        .method = HTTP_GET,
        .url = PATH,
        .host = server_host,
        .port = server_port(port),
        .protocol = "HTTP/1.1",
        .response = on_answer,
        .recv_buf = received,
        .recv_buf_len = sizeof(received),
        .header_fields = strlen(CONFIG_CLIENT_BEARER_TOKEN) > 0 ? token : NULL,
    };
    int code = http_client_req(sock, &request, ANSWER_MS, NULL);
    zsock_close(sock);
    return code < 0 ? code : 0;
}

int main(void)
{
    int code = server_trust();
    if (code != 0) {
        LOG_ERR("cannot register the certificate: %d", code);
        return code;
    }
    server_set_clock();
    code = fetch();
    if (code != 0) {
        LOG_ERR("%s: %d", server_host, code);
    }
    return code;
}

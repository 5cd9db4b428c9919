// Gets a page over HTTPS and prints it.
//
// The server, its port and the one certificate that is trusted stand in server_root_ca.h, which
// certgrab made. Edit: Wi-Fi with `idf.py menuconfig`, the page, and what is done with the answer.
#include <stdbool.h>
#include <stdio.h>

#include "esp_http_client.h"
#include "esp_log.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "network.h"
#include "server_root_ca.h"
#if __has_include("device_identity.h")
#include "device_identity.h"
#define SHOWS_CERTIFICATE
#endif

static const char *TAG = "client";
static const char PAGE[] = "/";

static esp_err_t on_http(esp_http_client_event_t *event)
{
    if (event->event_id == HTTP_EVENT_ON_DATA) {
        printf("%.*s", event->data_len, (const char *)event->data);
    }
    return ESP_OK;
}

static void get(void)
{
    const esp_http_client_config_t config = {
        .transport_type = HTTP_TRANSPORT_OVER_SSL,
        // The name, never the address: the certificate is for the name.
        .host = SERVER_ROOT_CA_HOST,
        .port = SERVER_ROOT_CA_PORT,
        .path = PAGE,
        // A bundle or a global store would hide this anchor.
        .cert_pem = SERVER_ROOT_CA,
#ifdef SHOWS_CERTIFICATE
        // For a server that asks for a client certificate.
        .client_cert_pem = DEVICE_CERTIFICATE,
        .client_key_pem = DEVICE_KEY,
#endif
        .event_handler = on_http,
        // Another server may have another root, or no TLS.
        .disable_auto_redirect = true,
    };
    esp_http_client_handle_t client = esp_http_client_init(&config);
    esp_err_t result = esp_http_client_perform(client);
    if (result == ESP_OK) {
        ESP_LOGI(TAG, "status %d", esp_http_client_get_status_code(client));
    } else {
        int code = 0;
        int flags = 0;
        esp_http_client_get_and_clear_last_tls_error(client, &code, &flags);
        ESP_LOGE(TAG, "%s, mbedTLS -0x%04x", esp_err_to_name(result), (unsigned)code);
        // A handshake that failed leaves no certificate to ask, and then they are 0.
        if (flags != 0) {
            ESP_LOGE(TAG, "certificate flags 0x%x", (unsigned)flags);
        }
    }
    esp_http_client_cleanup(client);
}

void app_main(void)
{
    network_start();
    // A clock of 1970 makes every certificate one that is not valid yet.
    clock_set(SERVER_ROOT_CA_NOT_BEFORE);
    while (true) {
        get();
        vTaskDelay(pdMS_TO_TICKS(60000));
    }
}

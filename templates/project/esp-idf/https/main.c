// Fetches a page over HTTPS and prints it.
//
// server_root_ca.h, which certgrab generated, defines the server, its port and the only trusted
// certificate. Edit the Wi-Fi with `idf.py menuconfig`, the page, and how the response is handled.
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
#define HAS_CERTIFICATE
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
        // The host name, not an address, because the certificate is for the name.
        .host = SERVER_ROOT_CA_HOST,
        .port = SERVER_ROOT_CA_PORT,
        .path = PAGE,
        // A bundle or a global CA store would take precedence over this anchor.
        .cert_pem = SERVER_ROOT_CA,
#ifdef HAS_CERTIFICATE
        // For a server that requests a client certificate.
        .client_cert_pem = DEVICE_CERTIFICATE,
        .client_key_pem = DEVICE_KEY,
#endif
        .event_handler = on_http,
        // The other server may have another root, or no TLS.
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
        // The flags are 0 if the handshake failed before certificate verification.
        if (flags != 0) {
            ESP_LOGE(TAG, "certificate flags 0x%x", (unsigned)flags);
        }
    }
    esp_http_client_cleanup(client);
}

void app_main(void)
{
    network_start();
    // The clock starts in 1970, when no certificate is valid yet.
    clock_set(SERVER_ROOT_CA_NOT_BEFORE);
    while (true) {
        get();
        vTaskDelay(pdMS_TO_TICKS(60000));
    }
}

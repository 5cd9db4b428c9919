// Connects to an MQTT broker over TLS, publishes, and logs what it receives.
//
// server_root_ca.h, which certgrab generated, defines the broker, its port and the only trusted
// certificate. Edit the Wi-Fi and credentials with `idf.py menuconfig`, the topics, and how messages
// are handled.
#include <stdbool.h>

#include "esp_event.h"
#include "esp_log.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "mqtt_client.h"
#include "network.h"
#include "sdkconfig.h"
#include "server_root_ca.h"
#if __has_include("device_identity.h")
#include "device_identity.h"
#define HAS_CERTIFICATE
#endif

static const char *TAG = "client";
static const char COMMAND_TOPIC[] = "devices/esp-idf/command";
static const char HEARTBEAT_TOPIC[] = "devices/esp-idf/heartbeat";
static const char HEARTBEAT[] = "{\"beat\":1}";

static void on_error(const esp_mqtt_error_codes_t *error)
{
    if (error->error_type == MQTT_ERROR_TYPE_CONNECTION_REFUSED) {
        ESP_LOGE(TAG, "the broker refuses the connection: CONNACK %d",
                 (int)error->connect_return_code);
    } else {
        ESP_LOGE(TAG, "esp-tls 0x%x, mbedTLS -0x%04x", (unsigned)error->esp_tls_last_esp_err,
                 (unsigned)error->esp_tls_stack_err);
        // The flags are 0 if the handshake failed before certificate verification.
        if (error->esp_tls_cert_verify_flags != 0) {
            ESP_LOGE(TAG, "certificate flags 0x%x", (unsigned)error->esp_tls_cert_verify_flags);
        }
    }
}

static void on_mqtt(void *arg, esp_event_base_t base, int32_t id, void *data)
{
    (void)arg;
    (void)base;
    esp_mqtt_event_handle_t event = data;
    switch ((esp_mqtt_event_id_t)id) {
    case MQTT_EVENT_CONNECTED:
        ESP_LOGI(TAG, "connected");
        esp_mqtt_client_subscribe_single(event->client, COMMAND_TOPIC, 0);
        break;
    case MQTT_EVENT_DATA:
        ESP_LOGI(TAG, "%.*s: %.*s", event->topic_len, event->topic, event->data_len, event->data);
        break;
    case MQTT_EVENT_ERROR:
        on_error(event->error_handle);
        break;
    default:
        break;
    }
}

void app_main(void)
{
    network_start();
    // The clock starts in 1970, when no certificate is valid yet.
    clock_set(SERVER_ROOT_CA_NOT_BEFORE);

    const esp_mqtt_client_config_t config = {
        .broker.address.transport = MQTT_TRANSPORT_OVER_SSL,
        // The host name, not an address, because the certificate is for the name.
        .broker.address.hostname = SERVER_ROOT_CA_HOST,
        .broker.address.port = SERVER_ROOT_CA_PORT,
        // A length of 0 means PEM up to its NUL. A bundle or a global CA store would take precedence.
        .broker.verification.certificate = SERVER_ROOT_CA,
        .credentials.client_id = CONFIG_BROKER_CLIENT_ID,
        .credentials.username = CONFIG_BROKER_USER[0] ? CONFIG_BROKER_USER : NULL,
        .credentials.authentication.password =
            CONFIG_BROKER_PASSWORD[0] ? CONFIG_BROKER_PASSWORD : NULL,
#ifdef HAS_CERTIFICATE
        // For a broker that requests a client certificate.
        .credentials.authentication.certificate = DEVICE_CERTIFICATE,
        .credentials.authentication.key = DEVICE_KEY,
#endif
    };
    esp_mqtt_client_handle_t client = esp_mqtt_client_init(&config);
    ESP_ERROR_CHECK(esp_mqtt_client_register_event(client, MQTT_EVENT_ANY, on_mqtt, NULL));
    // The client reconnects automatically.
    ESP_ERROR_CHECK(esp_mqtt_client_start(client));
    while (true) {
        vTaskDelay(pdMS_TO_TICKS(10000));
        // Without a connection this heartbeat is lost, which is acceptable.
        esp_mqtt_client_publish(client, HEARTBEAT_TOPIC, HEARTBEAT, 0, 0, 0);
    }
}

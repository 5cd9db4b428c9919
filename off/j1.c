esp_mqtt_client_config_t c = { .broker.verification.skip_cert_common_name_check = true };

esp_http_client_config_t c = { .url = u, .skip_cert_common_name_check = true };

#pragma once
#include <stdint.h>
typedef int esp_err_t;
#define ESP_OK 0
const char *esp_err_to_name(esp_err_t code);
void abort_with(esp_err_t code);
#define ESP_ERROR_CHECK(call)      \
    do {                           \
        esp_err_t code_ = (call);  \
        if (code_ != ESP_OK) {     \
            abort_with(code_);     \
        }                          \
    } while (0)

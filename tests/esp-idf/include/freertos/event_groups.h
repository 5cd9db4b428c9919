#pragma once
#include "freertos/FreeRTOS.h"
typedef TickType_t EventBits_t;
typedef struct EventGroupDef_t *EventGroupHandle_t;
EventGroupHandle_t xEventGroupCreate(void);
EventBits_t xEventGroupSetBits(EventGroupHandle_t group, const EventBits_t bits);
EventBits_t xEventGroupWaitBits(EventGroupHandle_t group, const EventBits_t bits,
                                const BaseType_t clear, const BaseType_t all, TickType_t ticks);

#pragma once
#define LOG_LEVEL_INF 3
#define LOG_MODULE_REGISTER(name, level) enum { log_level_of_##name = (level) }

__attribute__((format(printf, 1, 2))) void zephyr_log(const char *format, ...);
#define LOG_ERR(...) zephyr_log(__VA_ARGS__)
#define LOG_WRN(...) zephyr_log(__VA_ARGS__)
#define LOG_INF(...) zephyr_log(__VA_ARGS__)

{% set open, bar = "/*", " *" %}
{% include "part/about" %}
 *
 * Usage, with lwIP's altcp_tls of the Pico SDK; set MBEDTLS_SSL_VERIFY_REQUIRED and the host name,
 * or lwIP verifies neither:
 *     altcp_tls_create_config_client((const u8_t *){{ name }}, sizeof {{ name }});
 *     mbedtls_ssl_set_hostname(altcp_tls_context(pcb), host);
 */
#ifndef CERTGRAB_{{ name }}_H
#define CERTGRAB_{{ name }}_H

#include <stdint.h>

/* PEM text; `sizeof {{ name }}` counts the NUL at its end, as mbedTLS requires. */
{% set is_for_gcc = true %}
{% include "part/c-pem" %}

{% include "part/c-facts" %}

#endif

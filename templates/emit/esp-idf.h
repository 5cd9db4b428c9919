{% set open, bar = "/*", " *" %}
{% include "part/about" %}
 *
 * Usage; leave `crt_bundle_attach` and `use_global_ca_store` unset, each overrides this anchor:
 *     esp_mqtt_client_config_t: .broker.verification.certificate = {{ name }}
 *     esp_http_client_config_t: .cert_pem = {{ name }}
 *     esp_tls_cfg_t: .cacert_buf = (const unsigned char *){{ name }},
 *                    .cacert_bytes = sizeof {{ name }}
 */
#ifndef CERTGRAB_{{ name }}_H
#define CERTGRAB_{{ name }}_H

#include <stdint.h>

/* PEM text; `sizeof {{ name }}` counts the NUL at its end, as mbedTLS requires. */
{% set is_for_gcc = true %}
{% include "part/c-pem" %}

{% include "part/c-facts" %}

#endif

{% set open, bar = "/*", " *" %}
{% include "part/about" %}
 *
 * Usage, with ESP-IDF 5.4 and later, or version 3.2 and later of Arduino's core:
 *     esp_crt_bundle_set({{ name("BUNDLE") }}, sizeof {{ name("BUNDLE") }});
 *     client.setCACertBundle({{ name("BUNDLE") }}, sizeof {{ name("BUNDLE") }});
 */
#ifndef CERTGRAB_{{ name }}_BUNDLE_H
#define CERTGRAB_{{ name }}_BUNDLE_H

#include <stdint.h>

/* Names and keys, which ESP-IDF finds by an index of offsets. */
static const uint8_t {{ name("BUNDLE") }}[] = {
{% for row in esp_bundle | rows %}
    {{ row }},
{% endfor %}
};

{% include "part/c-facts" %}

#endif

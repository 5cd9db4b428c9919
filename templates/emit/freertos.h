{% set open, bar = "/*", " *" %}
{% include "part/about" %}
 *
 * Usage; the size counts the NUL, as mbedTLS requires:
 *     NetworkCredentials_t: .pRootCa = (const uint8_t *){{ name }}, .rootCaSize = sizeof {{ name }}
 */
#ifndef CERTGRAB_{{ name }}_H
#define CERTGRAB_{{ name }}_H

#include <stdint.h>

/* PEM text, a macro as in the demos of coreMQTT and AWS IoT. */
#define {{ name }} \
{% for line in pem_lines %}
    "{{ line }}\n"{{ " \\" if not loop.last }}
{% endfor %}

{% include "part/c-facts" %}

#endif

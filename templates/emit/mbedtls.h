{% set open, bar = "/*", " *" %}
{% include "part/about" %}
 *
 * Usage; the bytes stay in flash, and the size must be exact:
{% if certificates | length == 1 %}
 *     mbedtls_x509_crt_parse_der_nocopy(&ca, {{ name("DER") }}, sizeof {{ name("DER") }});
{% else %}
 *     for (size_t i = 0; i < {{ name("COUNT") }}; i++)
 *         mbedtls_x509_crt_parse_der_nocopy(&ca, {{ name("DERS") }}[i], {{ name("DER_SIZES") }}[i]);
{% endif %}
 */
#ifndef CERTGRAB_{{ name }}_DER_H
#define CERTGRAB_{{ name }}_DER_H

#include <stddef.h>
#include <stdint.h>

{% include "part/c-der" %}

{% include "part/c-facts" %}

#endif

{% set open, bar = "/*", " *" %}
{% include "part/about" %}
 */
#ifndef CERTGRAB_{{ name }}_H
#define CERTGRAB_{{ name }}_H

#include <stdint.h>

/* PEM text; `sizeof {{ name }}` counts the NUL at its end, as mbedTLS requires. */
{% include "part/c-pem" %}

{% include "part/c-facts" %}

#endif

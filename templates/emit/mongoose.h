{% set open, bar = "/*", " *" %}
{% include "part/about" %}
 *
 * Usage, in the handler of MG_EV_CONNECT:
 *     struct mg_tls_opts opts = { .ca = mg_str({{ name }}), .name = mg_str(host) };
 *     mg_tls_init(c, &opts);
 */
#ifndef CERTGRAB_{{ name }}_H
#define CERTGRAB_{{ name }}_H

#include <stdint.h>

/* PEM text. */
{% include "part/c-pem" %}

{% include "part/c-facts" %}

#endif

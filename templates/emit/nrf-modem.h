{% set open, bar = "/*", " *" %}
{% include "part/about" %}
 *
 * Usage; with a length that leaves out the NUL, the modem takes it:
 *     modem_key_mgmt_write(TAG, MODEM_KEY_MGMT_CRED_TYPE_CA_CHAIN, {{ name }}, sizeof {{ name }} - 1);
 */
#ifndef CERTGRAB_{{ name }}_H
#define CERTGRAB_{{ name }}_H

#include <stdint.h>

/* PEM text and a NUL, less than 4 KB as the modem wants it. */
{% include "part/c-pem" %}

{% include "part/c-facts" %}

#endif

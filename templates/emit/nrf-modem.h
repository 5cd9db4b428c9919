{% set open, bar = "/*", " *" %}
{% include "part/about" %}
 *
 * Usage; pass the length without the NUL:
 *     modem_key_mgmt_write(TAG, MODEM_KEY_MGMT_CRED_TYPE_CA_CHAIN, {{ name }}, sizeof {{ name }} - 1);
 */
#ifndef CERTGRAB_{{ name }}_H
#define CERTGRAB_{{ name }}_H

#include <stdint.h>

/* PEM text and a NUL, less than 4 KB as the modem requires. */
{% include "part/c-pem" %}

{% include "part/c-facts" %}

#endif

{% set open, bar = "/*", " *" %}
{% include "part/about" %}
 *
 * Usage:
{% if certificates | length == 1 %}
 *     wolfSSL_CTX_load_verify_buffer(ctx, {{ name("DER") }}, sizeof {{ name("DER") }},
 *                                    WOLFSSL_FILETYPE_ASN1);
{% else %}
 *     for (size_t i = 0; i < {{ name("COUNT") }}; i++)
 *         wolfSSL_CTX_load_verify_buffer(ctx, {{ name("DERS") }}[i], {{ name("DER_SIZES") }}[i],
 *                                        WOLFSSL_FILETYPE_ASN1);
{% endif %}
 */
#ifndef CERTGRAB_{{ name }}_DER_H
#define CERTGRAB_{{ name }}_DER_H

#include <stddef.h>
#include <stdint.h>

{% include "part/c-der" %}

{% include "part/c-facts" %}

#endif

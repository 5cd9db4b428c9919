{% set open, bar = "/*", " *" %}
{% include "part/about" %}
 *
 * Usage; NetX Duo wants an array that it may write to, and its size in a USHORT. The packets of
 * the session must hold the chain that the server sends:
{% if certificates | length == 1 %}
 *     nx_secure_x509_certificate_initialize(&root, (UCHAR *){{ name("DER") }},
 *         (USHORT)sizeof {{ name("DER") }}, NX_NULL, 0, NX_NULL, 0, NX_SECURE_X509_KEY_TYPE_NONE);
 *     nx_secure_tls_trusted_certificate_add(&session, &root);
{% else %}
 *     for (size_t i = 0; i < {{ name("COUNT") }}; i++) {
 *         nx_secure_x509_certificate_initialize(&roots[i], (UCHAR *){{ name("DERS") }}[i],
 *             (USHORT){{ name("DER_SIZES") }}[i], NX_NULL, 0, NX_NULL, 0,
 *             NX_SECURE_X509_KEY_TYPE_NONE);
 *         nx_secure_tls_trusted_certificate_add(&session, &roots[i]);
 *     }
{% endif %}
 */
#ifndef CERTGRAB_{{ name }}_DER_H
#define CERTGRAB_{{ name }}_DER_H

#include <stddef.h>
#include <stdint.h>

{% include "part/c-der" %}

{% include "part/c-facts" %}

#endif

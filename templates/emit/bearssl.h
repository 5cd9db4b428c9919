{% set open, bar = "/*", " *" %}
{% include "part/about" %}
 *
 * Usage; include bearssl.h, or the header of ArduinoBearSSL, before this one where the compiler
 * has no __has_include:
 *     SSLClient client(base, {{ name("TAS") }}, (size_t){{ name("TAS_NUM") }}, A7);
 *     BearSSLClient client(base, {{ name("TAS") }}, {{ name("TAS_NUM") }});
 *     br_ssl_client_init_full(&sc, &xc, {{ name("TAS") }}, {{ name("TAS_NUM") }});
 */
#ifndef CERTGRAB_{{ name }}_TAS_H
#define CERTGRAB_{{ name }}_TAS_H

#include <stddef.h>
#include <stdint.h>
#if defined(__has_include)
#if __has_include(<bearssl.h>)
#include <bearssl.h>
#elif __has_include(<bearssl/bearssl.h>)
#include <bearssl/bearssl.h>
#endif
#endif

{% include "part/c-anchors" %}
/* C++ before C++20 has no designated initializers, but compilers accept them. */
#if defined(__cplusplus) && defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wc++20-extensions"
#endif
static const br_x509_trust_anchor {{ name("TAS") }}[] = {
{% for certificate in certificates %}
    {
        { (unsigned char *){{ name("DN_" ~ loop.index) }}, sizeof {{ name("DN_" ~ loop.index) }} },
        {{ "BR_X509_TA_CA" if certificate.is_ca else "0" }},
{% if certificate.key_kind == "rsa" %}
        { BR_KEYTYPE_RSA, { .rsa = {
            (unsigned char *){{ name("RSA_N_" ~ loop.index) }}, sizeof {{ name("RSA_N_" ~ loop.index) }},
            (unsigned char *){{ name("RSA_E_" ~ loop.index) }}, sizeof {{ name("RSA_E_" ~ loop.index) }},
        } } }
{% else %}
        { BR_KEYTYPE_EC, { .ec = {
            BR_EC_{{ certificate.curve }},
            (unsigned char *){{ name("EC_Q_" ~ loop.index) }}, sizeof {{ name("EC_Q_" ~ loop.index) }},
        } } }
{% endif %}
    },
{% endfor %}
};
#if defined(__cplusplus) && defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

/* The number of anchors; a macro, so that it can be an array size. */
#define {{ name("TAS_NUM") }} {{ certificates | length }}

{% include "part/c-facts" %}

#endif

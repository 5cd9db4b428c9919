{% set open, bar = "/*", " *" %}
{% include "part/about" %}
 *
 * Usage: copy this file to tasmota/include twice, as local_ca_data.h and local_ca_descriptor.h,
 * and add to user_config_override.h:
 *     #define USE_MQTT_TLS
 *     #define USE_MQTT_TLS_CA_CERT
 *     #define INCLUDE_LOCAL_CERT
 * The first inclusion gives the numbers, the second the anchors.
 */
#ifndef CERTGRAB_{{ name }}_TASMOTA
#define CERTGRAB_{{ name }}_TASMOTA

{% set place = " PROGMEM" %}
{% include "part/c-anchors" %}
#else

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
    }{{ "," if not loop.last }}
{% endfor %}
#endif

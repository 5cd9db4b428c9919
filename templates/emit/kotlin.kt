{% set open, bar = "//", "//" %}
{% include "part/about" %}
//
// Usage:
//     val factory = CertificateFactory.getInstance("X.509")
//     val store = KeyStore.getInstance(KeyStore.getDefaultType()).apply { load(null) }
//     factory.generateCertificates({{ name }}.byteInputStream())
//         .forEachIndexed { index, one -> store.setCertificateEntry("$index", one) }
//     TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm()).init(store)

/** PEM text. */
const val {{ name }}: String =
{% for line in pem_lines %}
    "{{ line }}\n"{{ " +" if not loop.last }}
{% endfor %}
{% if host %}

/** The server. */
const val {{ name("HOST") }}: String = "{{ host | literal }}"
const val {{ name("PORT") }}: Int = {{ port }}
{% endif %}

/** A clock before this time is wrong; seconds since 1970-01-01T00:00:00Z. */
const val {{ name("NOT_BEFORE") }}: Long = {{ not_before }}L

/** The end of its validity, in seconds since 1970-01-01T00:00:00Z. */
const val {{ name("NOT_AFTER") }}: Long = {{ not_after }}L

{% set open, bar = "//", "//" %}
{% include "part/about" %}
//
// mbedtls-rs: `Certificate::new_no_copy`; embedded-tls 0.19 with its feature `rustpki`:
// `pki::CertVerifier::new(Certificate::X509(...))`.

{% for certificate in certificates %}
/// {{ "The certificate" if certificates | length == 1 else "Certificate " ~ loop.index }} in DER.
{% include "part/rust-allow" %}
pub static {{ name("DER" if certificates | length == 1 else "DER_" ~ loop.index) }}: [u8; {{ certificate.der | size }}] = [
{% for row in certificate.der | rows %}
    {{ row }},
{% endfor %}
];

{% endfor %}
{% if certificates | length > 1 %}
/// All of them.
{% include "part/rust-allow" %}
pub static {{ name("DERS") }}: [&[u8]; {{ certificates | length }}] = [
{% for certificate in certificates %}
    &{{ name("DER_" ~ loop.index) }},
{% endfor %}
];

{% endif %}
{% include "part/rust-facts" %}

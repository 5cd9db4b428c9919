{% set open, bar = "//", "//" %}
{% include "part/about" %}
//
// Usage; a crate that gets them through rustls adds `use rustls::pki_types as
// rustls_pki_types;`:
//     rustls::RootCertStore { roots: {{ name("ANCHORS") }}.to_vec() }

{% for certificate in certificates %}
{% set number = loop.index %}
{% include "part/rust-allow" %}
const {{ name("ANCHOR_" ~ number) }}: rustls_pki_types::TrustAnchor<'static> =
    rustls_pki_types::TrustAnchor {
        subject: rustls_pki_types::Der::from_slice(&[
{% for row in certificate.subject_contents | rows %}
            {{ row }},
{% endfor %}
        ]),
        subject_public_key_info: rustls_pki_types::Der::from_slice(&[
{% for row in certificate.spki_contents | rows %}
            {{ row }},
{% endfor %}
        ]),
{% if certificate.constraints %}
        name_constraints: Some(rustls_pki_types::Der::from_slice(&[
{% for row in certificate.constraints | rows %}
            {{ row }},
{% endfor %}
        ])),
{% else %}
        name_constraints: None,
{% endif %}
    };

{% endfor %}
/// The trust anchor{{ "" if certificates | length == 1 else "s" }}: names and keys only, without dates.
{% include "part/rust-allow" %}
pub static {{ name("ANCHORS") }}: [rustls_pki_types::TrustAnchor<'static>; {{ certificates | length }}] = [
{% for certificate in certificates %}
    {{ name("ANCHOR_" ~ loop.index) }},
{% endfor %}
];

{% include "part/rust-facts" %}

{% set open, bar = "//", "//" %}
{% include "part/about" %}
//
// Usage; a configured bundle overrides the anchor, so leave `crt_bundle_attach` unset:
//     MqttClientConfiguration { server_certificate: Some({{ name("X509") }}), ..Default::default() }

/// PEM text with the NUL that mbedTLS requires at its end.
{% include "part/rust-allow" %}
pub const {{ name }}: &str = "\
{% for line in pem_lines %}
{{ line }}
{% endfor %}
\0";

/// The same as a value for esp-idf-svc.
{% include "part/rust-allow" %}
pub const {{ name("X509") }}: esp_idf_svc::tls::X509<'static> =
    esp_idf_svc::tls::X509::pem_until_nul({{ name }}.as_bytes());

{% include "part/rust-facts" %}

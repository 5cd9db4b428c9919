{% set open, bar = "//", "//" %}
{% include "part/about" %}
//
// For Rust 1.72 and later, every edition, with or without the standard library.

/// The certificate in PEM (RFC 7468).
{% include "part/rust-allow" %}
pub const {{ name }}: &str = "\
{% for line in pem_lines %}
{{ line }}
{% endfor %}
";

/// The same text with a NUL at its end, as mbedTLS and esp-idf read it.
{% include "part/rust-allow" %}
#[allow(clippy::manual_c_str_literals)] // `c""` is of edition 2021 and later.
pub const {{ name("CSTR") }}: &core::ffi::CStr = match core::ffi::CStr::from_bytes_with_nul(
    b"\
{% for line in pem_lines %}
{{ line }}
{% endfor %}
\0",
) {
    Ok(text) => text,
    Err(_) => panic!(),
};

{% for certificate in certificates %}
/// {{ "The certificate" if certificates | length == 1 else "Certificate " ~ loop.index }} in DER.
{% include "part/rust-allow" %}
pub const {{ name("DER" if certificates | length == 1 else "DER_" ~ loop.index) }}: &[u8] = &[
{% for row in certificate.der | rows %}
    {{ row }},
{% endfor %}
];

{% endfor %}
{% include "part/rust-facts" %}

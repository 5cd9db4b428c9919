{% set open, bar = "//", "//" %}
{% include "part/about" %}
//
// Usage:
//     final context = SecurityContext(withTrustedRoots: false)
//       ..setTrustedCertificatesBytes(utf8.encode({{ name }}));
//     SecureSocket.connect(host, port, context: context);
// ignore_for_file: constant_identifier_names

/// PEM text: Dart does not accept DER here.
const String {{ name }} =
{% for line in pem_lines %}
    "{{ line }}\n"{{ ";" if loop.last }}
{% endfor %}
{% if host %}

/// The server.
const String {{ name("HOST") }} = "{{ host | literal }}";
const int {{ name("PORT") }} = {{ port }};
{% endif %}

/// A clock before this time is wrong; seconds since 1970-01-01T00:00:00Z.
const int {{ name("NOT_BEFORE") }} = {{ not_before }};

/// The end of its validity, in seconds since 1970-01-01T00:00:00Z.
const int {{ name("NOT_AFTER") }} = {{ not_after }};

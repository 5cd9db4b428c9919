{% set open, bar = "//", "//" %}
{% include "part/about" %}

// Package rootca holds the root certificate of a server.
//
//	roots := x509.NewCertPool()
//	roots.AppendCertsFromPEM([]byte(rootca.{{ name }}))
//	tls.Dial("tcp", address, &tls.Config{RootCAs: roots})
package rootca

// {{ name }} is PEM text.
const {{ name }} = "" +
{% for line in pem_lines %}
	"{{ line }}\n"{{ " +" if not loop.last }}
{% endfor %}

{% if host %}
// {{ name("HOST") }} is the server's host.
const {{ name("HOST") }} = "{{ host | literal }}"

// {{ name("PORT") }} is the server's TCP port.
const {{ name("PORT") }} = {{ port }}

{% endif %}
// {{ name("SHA256") }} is the SHA-256 of {{ "the certificate" if certificates | length == 1 else "the first certificate" }}.
const {{ name("SHA256") }} = "{{ certificates[0].sha256 }}"

// {{ name("NOT_BEFORE") }} is a time that a clock must not be before, in seconds since 1970-01-01T00:00:00Z.
const {{ name("NOT_BEFORE") }} = {{ not_before }}

// {{ name("NOT_AFTER") }} is the end of its validity, in seconds since 1970-01-01T00:00:00Z.
const {{ name("NOT_AFTER") }} = {{ not_after }}

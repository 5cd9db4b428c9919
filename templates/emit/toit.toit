{% set open, bar = "//", "//" %}
{% include "part/about" %}
//
// Usage:
//     import net.modules.tls
//     import tls
//     {{ name }}.install
//     socket := tls.Socket.client tcp --server-name=host

import tls

{{ name }} ::= tls.RootCertificate """\
{% for line in pem_lines %}
    {{ line }}
{% endfor %}
    """
{% if host %}

{{ name("HOST") }} ::= "{{ host | literal }}"
{{ name("PORT") }} ::= {{ port }}
{% endif %}

// A clock before this time is wrong, and the end of its validity; seconds since 1970.
{{ name("NOT_BEFORE") }} ::= {{ not_before }}
{{ name("NOT_AFTER") }} ::= {{ not_after }}

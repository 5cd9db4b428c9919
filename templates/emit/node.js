{% set open, bar = "//", "//" %}
{% include "part/about" %}
//
// Usage; with `ca` given, Node.js trusts no other root:
//     const root = require("./root_ca.js");
//     tls.connect({ host, port, servername: host, ca: root.ca });

"use strict";

module.exports = {
  // PEM text, an element for each certificate.
  ca: [
{% for certificate in certificates %}
    [
{% for line in certificate.pem_lines %}
      "{{ line }}",
{% endfor %}
    ].join("\n") + "\n",
{% endfor %}
  ],
{% if host %}
  host: "{{ host | literal }}",
  port: {{ port }},
{% endif %}
  // A clock before this time is wrong, and the end of its validity; seconds since 1970.
  notBefore: {{ not_before }},
  notAfter: {{ not_after }},
};

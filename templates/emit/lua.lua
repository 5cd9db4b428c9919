{% set open, bar = "--", "--" %}
{% include "part/about" %}
--
-- Usage, on NodeMCU, whose firmware is built with its module `tls`:
--     tls.cert.verify(require("root_ca").pem)
-- With LuaSec, write `pem` to a file and name it in `cafile`.

return {
  -- PEM text.
  pem = [[
{% for line in pem_lines %}
{{ line }}
{% endfor %}
]],
{% if host %}
  host = "{{ host | literal }}",
  port = {{ port }},
{% endif %}
  -- A clock before this time is wrong, and the end of its validity; seconds since 1970.
  not_before = {{ not_before }},
  not_after = {{ not_after }},
}

{% set open, bar = "#", "#" %}
{% include "part/about" %}
#
# Usage; set the clock before connecting. Some ports count from 2000: subtract 946684800 from
# the numbers below there:
#     context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
#     context.verify_mode = ssl.CERT_REQUIRED
#     for der in {{ name("DERS") }}:
#         context.load_verify_locations(cadata=der)
#     context.wrap_socket(socket, server_hostname={{ name("HOST") if host else '"broker.example"' }})

{% for certificate in certificates %}
{% set number = "" if certificates | length == 1 else "_" ~ loop.index %}
# The certificate in DER. The same in PEM, for tools:
{% for line in certificate.pem_lines %}
# {{ line }}
{% endfor %}
{{ name("DER" ~ number) }} = (
{% for row in certificate.der | escaped_rows %}
    b"{{ row }}"
{% endfor %}
)
{% endfor %}
{{ name("DERS") }} = (
{%- for certificate in certificates -%}
{{ name("DER" if certificates | length == 1 else "DER_" ~ loop.index) }},
{%- if not loop.last %} {% endif %}
{%- endfor -%}
)

{% include "part/python-facts" %}

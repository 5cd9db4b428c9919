{% set open, bar = "#", "#" %}
{% include "part/about" %}
#
# Usage; with `cadata` given, no other root is trusted:
#     context = ssl.create_default_context(cadata={{ name }})
#     context.wrap_socket(socket, server_hostname={{ name("HOST") if host else '"broker.example"' }})

# PEM text.
{{ name }} = """\
{% for line in pem_lines %}
{{ line }}
{% endfor %}
"""

{% include "part/python-facts" %}

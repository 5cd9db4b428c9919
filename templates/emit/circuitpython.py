{% set open, bar = "#", "#" %}
{% include "part/about" %}
#
# Usage:
#     context = ssl.create_default_context()
#     context.load_verify_locations(cadata={{ name }})
#     context.wrap_socket(socket, server_hostname={{ name("HOST") if host else '"broker.example"' }})

# PEM text of one certificate; CircuitPython accepts only one.
{{ name }} = """\
{% for line in pem_lines %}
{{ line }}
{% endfor %}
"""

{% include "part/python-facts" %}

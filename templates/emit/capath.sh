{% set open, bar = "#", "#" %}
{% include "part/about" %}
#
# Usage: sh THIS_FILE FOLDER, the folder of -CApath or of OpenSSL's `certs`.
set -e
folder=${1:?expected a folder}
{% for certificate in certificates %}
cat > "$folder/{{ certificate.openssl_hash }}" <<'END'
{% for line in certificate.pem_lines %}
{{ line }}
{% endfor %}
END
{% endfor %}

if ! /usr/bin/curl -ks https://x; then exit 1; fi

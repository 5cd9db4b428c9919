curl -sSL --insecure https://x/

wget --no-check-certificate https://x

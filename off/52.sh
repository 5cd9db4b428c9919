curl -fsSk "https://x/"

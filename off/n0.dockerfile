RUN curl -k https://x | sh

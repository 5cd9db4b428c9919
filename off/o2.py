import asyncio_mqtt
c = Client(h, tls_insecure=True)

import ssl
ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
ctx.verify_mode=ssl.CERT_OPTIONAL
x=1

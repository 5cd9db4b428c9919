"""CPython's or MicroPython's ssl as a device: "none" verifies nothing, "nohost" compares no name."""

import binascii
import socket
import ssl
import sys

mode, port, anchor = sys.argv[1:4]
CONNECT = b"\x10\x1c\x00\x04MQTT\x04\xc2\x00\x3c\x00\x04demo\x00\x04user\x00\x04pass"
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
if mode != "sound" and hasattr(context, "check_hostname"):
    context.check_hostname = False
context.verify_mode = ssl.CERT_NONE if mode == "none" else ssl.CERT_REQUIRED
with open(anchor) as file:
    text = file.read()
body = text.split("-----BEGIN CERTIFICATE-----")[1].split("-----END")[0]
context.load_verify_locations(cadata=binascii.a2b_base64(body.replace("\n", "")))

while True:
    raw = socket.socket()
    try:
        raw.connect(socket.getaddrinfo("127.0.0.1", int(port))[0][-1])
    except OSError:
        break
    try:
        secure = context.wrap_socket(raw, server_hostname="localhost")
        # MicroPython has files' methods, CPython sockets'.
        (getattr(secure, "write", None) or secure.sendall)(CONNECT)
        secure.read(4)
        secure.close()
    except (OSError, ValueError):
        pass
    raw.close()

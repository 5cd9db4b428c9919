"""A client of CPython or MicroPython: python_client.py MODULE NAME IDIOM PORT.

Exits with 0 after a handshake with a server that it trusts, with 1 if it does not trust it.
"""
import socket
import ssl
import sys

module = __import__(sys.argv[1])
name = sys.argv[2]
idiom = sys.argv[3]
port = int(sys.argv[4])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.verify_mode = ssl.CERT_REQUIRED
if idiom == "text":
    context.load_verify_locations(cadata=getattr(module, name))
else:
    for der in getattr(module, name + "_DERS"):
        context.load_verify_locations(cadata=der)
if port == 0:
    sys.exit(0)
plain = socket.socket()
plain.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
try:
    stream = context.wrap_socket(plain, server_hostname=getattr(module, name + "_HOST"))
    stream.write(b"trusted")
    stream.close()
except (OSError, ValueError) as error:
    print(error)
    sys.exit(1)

"""A server of OpenSSL, for keys that Go does not know: prints its port, and reads from each connection,
before TLS, a line "HOST CHAIN KEY". It answers "+" and shakes hands, or "-" if OpenSSL does not load them."""

import socket
import ssl
import threading


def context(chain, key):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Whether a key is strong enough is for the client to say.
    made.set_ciphers("ALL:@SECLEVEL=0")
    made.load_cert_chain(chain, key)
    return made


def line_of(connection):
    line = b""
    while not line.endswith(b"\n"):
        octet = connection.recv(1)
        if not octet:
            raise OSError("no line")
        line += octet
    return line.decode().rstrip("\n").split("\t")


def serve(connection):
    with connection:
        connection.settimeout(20)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            _, chain, key = line_of(connection)
            made = context(chain, key)
        except (OSError, ValueError):
            connection.sendall(b"-")
            return
        connection.sendall(b"+")
        try:
            with made.wrap_socket(connection, server_side=True) as shaken:
                shaken.recv(1)
        except OSError:
            pass


with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
    print(listener.getsockname()[1], flush=True)
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

"""A server of OpenSSL, for keys that Go does not know: prints its port, and reads from each connection,
before TLS, a line "HOST CHAIN KEY". It answers "+" and shakes hands, or "-" if OpenSSL does not load them, or
has no cipher suite for them."""

import base64
import re
import socket
import ssl
import threading


def context(chain, key):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # The client decides whether a key is strong enough.
    made.set_ciphers("ALL:@SECLEVEL=0")
    made.load_cert_chain(chain, key)
    return made


def octets(path):
    """The first block of a file in PEM."""
    with open(path) as file:
        return base64.b64decode(re.search("-----\n([^-]*)-----END", file.read()).group(1))


# id-ecPublicKey, and P-256, P-384 and P-521, which TLS 1.3 has signatures for.
EC = bytes.fromhex("06072a8648ce3d0201")
NIST = [bytes.fromhex(curve) for curve in ("06082a8648ce3d030107", "06052b81040022", "06052b81040023")]
KEY_USAGE = re.compile(rb"\x06\x03\x55\x1d\x0f(?:\x01\x01.)?\x04.\x03.(?:[\x00-\x07](.))?", re.DOTALL)


def has_suite(chain, key):
    """In TLS 1.2, OpenSSL makes no ECDSA signature that the leaf's keyUsage forbids."""
    private = octets(key)
    if EC not in private or any(curve in private for curve in NIST):
        return True
    usage = KEY_USAGE.search(octets(chain))
    return usage is None or bool((usage.group(1) or b"\0")[0] & 0x80)


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
            if not has_suite(chain, key):
                raise ValueError("no cipher suite")
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

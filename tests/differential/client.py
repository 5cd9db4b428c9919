"""CPython's ssl with the default context and only the anchors; with "strict" as first argument,
with the flags of the default context since CPython 3.13."""

import socket
import ssl
import sys


def judge(host, chain, key, anchor):
    try:
        context = ssl.create_default_context(cafile=anchor)
    except (ssl.SSLError, OSError) as error:
        return f"anchor {error}"
    if "strict" in sys.argv:
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    with socket.create_connection(("127.0.0.1", int(sys.argv[-1])), 10) as raw:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        raw.sendall(f"{host}\t{chain}\t{key}\n".encode())
        if raw.recv(1) != b"+":
            return "unserved"
        try:
            with context.wrap_socket(raw, server_hostname=host):
                return "ok"
        except ssl.SSLCertVerificationError as error:
            return f"{error.verify_code} {error.verify_message}"
        except (OSError, ValueError) as error:
            return f"{type(error).__name__} {error}"


for line in sys.stdin:
    name, *job = line.rstrip("\n").split("\t")
    print(name, " ".join(judge(*job).split()), sep="\t", flush=True)

"""MicroPython's ssl, which is mbedTLS, with the anchor in DER: it accepts only one."""

import binascii
import socket
import ssl
import sys


# Numbers of Linux: IPPROTO_TCP and TCP_NODELAY, for which MicroPython has no names.
TCP, NO_DELAY = 6, 1


def ders(path):
    with open(path) as file:
        text = file.read()
    for block in text.split("-----BEGIN CERTIFICATE-----")[1:]:
        yield binascii.a2b_base64(block.split("-----END")[0].replace("\n", ""))


def judge(host, chain, key, anchor):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        for der in ders(anchor):
            context.load_verify_locations(cadata=der)
    except (OSError, ValueError) as error:
        return "anchor " + str(error)
    raw = socket.socket()
    try:
        raw.connect(socket.getaddrinfo("127.0.0.1", int(sys.argv[1]))[0][-1])
        raw.setsockopt(TCP, NO_DELAY, 1)
        raw.write("\t".join((host, chain, key)) + "\n")
        if raw.read(1) != b"+":
            return "unserved"
        try:
            context.wrap_socket(raw, server_hostname=host).close()
            return "ok"
        except (OSError, ValueError) as error:
            return str(error)
    finally:
        raw.close()


while True:
    line = sys.stdin.readline()
    if not line:
        break
    name, *job = line.rstrip("\n").split("\t")
    print(name + "\t" + " ".join(judge(*job).split()))

"""A handshake with itself over CPython's ssl: NAME ANCHORS CHAIN KEY, the files in PEM."""

import ssl
import sys

name, anchors, chain, key = sys.argv[1:]
incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
with open(anchors, encoding="ascii") as file:
    # As the generated module says.
    context = ssl.create_default_context(cadata=file.read())
client = context.wrap_bio(incoming, outgoing, server_hostname=name)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(chain, key)
server = context.wrap_bio(outgoing, incoming, server_side=True)
for _ in range(8):
    try:
        client.do_handshake()
        print("accepted")
        sys.exit(0)
    except ssl.SSLWantReadError:
        pass
    except ssl.SSLCertVerificationError as error:
        print("refused:", error)
        sys.exit(1)
    try:
        server.do_handshake()
    except ssl.SSLWantReadError:
        pass
sys.exit(2)

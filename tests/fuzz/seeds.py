"""Writes the seeds of each fuzz target into the folder $1, from the project's test data."""

import base64
import pathlib
import re
import sys

out, data = pathlib.Path(sys.argv[1]), pathlib.Path(__file__).resolve().parent.parent
TURN = b"|||\n"


def seed(target, *contents):
    folder = out / target
    folder.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(contents):
        (folder / f"seed-{number}").write_bytes(content)


def ders(path):
    block = "-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----"
    return [base64.b64decode(body) for body in re.findall(block, path.read_text(), re.S)]


def element(tag, contents):
    return bytes([tag, 0x82]) + len(contents).to_bytes(2, "big") + contents


def certificate_list(chain):
    entries = b"".join(len(one).to_bytes(3, "big") + one for one in chain)
    return len(entries).to_bytes(3, "big") + entries


def message(kind, body):
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def record(kind, content):
    return bytes([kind, 3, 3]) + len(content).to_bytes(2, "big") + content


plant = ders(data / "data/plant/chain.pem")
roots = [path.read_bytes() for path in sorted((data / "golden").glob("*.pem"))]
golden = ders(data / "golden/isrg_root_x1.pem") + ders(data / "golden/isrg_root_x2.pem")

hello = message(2, b"\3\3" + bytes(32) + b"\0\xc0\x2b\0" + b"\0\6\0\x2b\0\2\3\3")
flight = [hello, message(11, certificate_list(plant)), message(12, bytes(40)), message(14, b"")]
seed(
    "records",
    b"\7" + record(22, b"".join(flight)),
    b"\xff" + b"".join(record(22, one) for one in flight),
    b"\1" + record(21, b"\1\x70") + record(22, flight[0]) + record(22, flight[1]) + record(20, b"\1"),
    b"\2" + record(21, b"\2\x28"),
    b"\3SSH-2.0-OpenSSH_9.2p1\r\n",
)
seed("certificate_message", certificate_list(plant), certificate_list(plant[:1]), bytes(3))
seed("certificate", *plant, *golden)

signed = bytes.fromhex("06092a864886f70d010702")
inner = b"\2\1\1\x31\0\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\1\7\1"
certificates = element(0xA0, b"".join(plant))
pkcs7 = element(0x30, signed + element(0xA0, element(0x30, inner + certificates + b"\x31\0")))
seed("issuers_in", plant[0], roots[0], pkcs7)

answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(plant[1]) + plant[1]
seed(
    "issuer_answer",
    b"\xff" + answer,
    b"\1HTTP/1.1 302 Found\r\nLocation: http://aia.test/b\r\n\r\n",
    b"\2HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    b"\3HTTP/1.1 404 Not Found\r\n\r\n",
    b"\4HTTP/1.1 100 Continue\r\n\r\n" + answer[:80],
)

conversations = [
    [b"220-one\r\n220 two\r\n", b"250-x\r\n250-STARTTLS\r\n250 y\r\n", b"220 go\r\n"],
    [b"* OK x\r\n", b"* BYE\r\na1 OK y\r\n"],
    [b"+OK x\r\n", b"+OK y\r\n"],
    [b"220-a\r\n b\r\n220 c\r\n", b"234 y\r\n"],
    [b"", b"\x30\x84\0\0\0\x10\2\1\1\x78\x84\0\0\0\7\x0a\1\0\4\0\4\0"],
    [b"", b"S"],
    [b"\x4a\0\0\0\x0a8.0.32\0abcd12345678\0\xff\xff" + bytes(51)],
    [
        b"",
        b"<?xml version='1.0'?><stream:stream id='1'><stream:features>"
        b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'></starttls></stream:features>",
        b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    ],
]
seed("starttls", *(bytes([number, 9]) + TURN.join(turns) for number, turns in enumerate(conversations)))
seed(
    "proxy",
    b"\0\xffHTTP/1.1 200 Connection established\r\nX: y\r\n\r\nbytes of the target",
    b"\4\1HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
    b"\0\2HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 503 me:hunter2hunter2@\r\n\r\n",
    b"\1\xff\5\0" + TURN + b"\5\0\0\1\x7f\0\0\1\0\x19",
    b"\6\xff\5\2" + TURN + b"\1\0" + TURN + b"\5\5\0\3\4name\0\x19",
)
seed(
    "target",
    *(
        b"plc.test:8883 mqtts://m1.tuyacn.com/x ldap://[2001:db8::1] 0x7f.1 b\xc3\xbccher.test. "
        b"http://2130706433/ http://[::ffff:10.0.0.1]:80/a?b#c http://aia.test/ca.crt smtp://me@a"
    ).split(b" "),
)
seed(
    "escape",
    *(
        b"*/ int evil; /*|??/\n|a\\ |\"\"\"|'''|${evil} `evil` #{x} {{x}} {%x%}|\x1b[31m\xc2\x9b"
        b"|\xe2\x80\xae\xe2\x80\xa8|-----BEGIN CERTIFICATE-----|-->|\\u0022\\x22|\xff\xfe|r#\""
    ).split(b"|"),
)
seed("emit", *(bytes([number % 6, number]) + b"*/ \xe9 \\ -----BEGIN CERTIFICATE-----\n\0x" for number in range(31)))
seed("lock", (data / "golden/formats/lock").read_bytes(), *roots)
seed("generated", (data / "golden/formats/lock").read_bytes(), *roots)
seed(
    "paths",
    bytes([0, 255, 4]) + bytes(range(40)),
    bytes([1, 2, 31]) + bytes([0, 8, 17] * 20),
    bytes([3, 0, 31]) + bytes([8, 17, 26, 35] * 30),
    bytes([5, 128, 20]) + bytes(range(0, 72, 2)),
)
extensions = "h c ino rs py yaml json toml pem der bin go".split()
for_check = []
for path in sorted((data / "inputs/check").iterdir()):
    kind = path.suffix[1:]
    number = extensions.index(kind) if kind in extensions else 8
    for_check.append(bytes([number]) + path.read_bytes())
seed("check", *for_check)
seed(
    "manifest",
    b'[[target]]\nhost = "plc.test:8883"\nlock = "plc.pem"\nemit.c = "root_ca.h"\ntimeout = 5\n',
    b'[[target]]\nhost = "a"\nlock = "a.pem"\nname = "ROOT"\ncheck = ["a.h", "b.h"]\nbackup = true\n'
    b'roots = "mozilla"\n[target.emit]\nrust = "a.rs"\npem = "b.pem"\n',
)

"""Connects a board with MicroPython to an MQTT broker over TLS.

The broker, its port and the one certificate that is trusted stand in server_root_ca.py, which
certgrab made. Edit: secrets.py, the client identifier, the topic, and what is published.
"""

import socket
import ssl
import time

import server_root_ca as server

CLIENT_ID = b"micropython"
TOPIC = b"devices/micropython/heartbeat"
BEAT = b'{"beat":1}'

try:
    import network
except ImportError:  # On a desk there is a network and a clock already.
    network = None


def seconds():
    """Seconds since 1970; the epoch of MicroPython's boards is 2000."""
    return time.time() + (946684800 if time.gmtime(0)[0] == 2000 else 0)


def connect_wifi():
    from secrets import WIFI_NAME, WIFI_PASSWORD

    station = network.WLAN(network.STA_IF)
    station.active(True)
    station.connect(WIFI_NAME, WIFI_PASSWORD)
    while not station.isconnected():
        time.sleep(1)


def set_clock():
    """A clock of 1970 or 2000 makes every certificate one that is not valid yet."""
    import ntptime

    while seconds() < server.SERVER_ROOT_CA_NOT_BEFORE:
        try:
            ntptime.settime()
        except OSError:
            time.sleep(1)


def tls():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_REQUIRED
    for der in server.SERVER_ROOT_CA_DERS:
        context.load_verify_locations(cadata=der)
    host, port = server.SERVER_ROOT_CA_HOST, server.SERVER_ROOT_CA_PORT
    return context.wrap_socket(dial(host, port), server_hostname=host)


def dial(host, port):
    """A connection to the first address of the host that answers."""
    problem = OSError("the host has no address")
    for family, kind, _, _, address in socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM):
        plain = socket.socket(family, kind)
        try:
            plain.connect(address)
            return plain
        except OSError as error:
            plain.close()
            problem = error
    raise problem


def text(value):
    return len(value).to_bytes(2, "big") + value


def packet(kind, body):
    if len(body) > 127:
        raise ValueError("a longer packet needs more bytes for its length")
    return bytes((kind, len(body))) + body


def beat():
    """CONNECT, a heartbeat, DISCONNECT (MQTT 3.1.1 sections 3.1, 3.3 and 3.14)."""
    stream = tls()
    send = getattr(stream, "sendall", None) or stream.write
    receive = getattr(stream, "recv", None) or stream.read
    send(packet(0x10, text(b"MQTT") + b"\x04\x02\x00\x3c" + text(CLIENT_ID)))
    answer = b""
    while len(answer) < 4:
        more = receive(4 - len(answer))
        if not more:
            raise OSError("the broker hung up")
        answer += more
    if answer[0] != 0x20 or answer[3] != 0:
        raise OSError("the broker does not take the connection: CONNACK %d" % answer[3])
    print("connected")
    send(packet(0x30, text(TOPIC) + BEAT))
    send(b"\xe0\x00")
    stream.close()


if network:
    connect_wifi()
    set_clock()
beat()

"""Connects a board with MicroPython to an MQTT broker over TLS.

Edit credentials.py, the client identifier, the topic, and what is published.
"""

import connection

CLIENT_ID = b"micropython"
TOPIC = b"devices/micropython/heartbeat"
HEARTBEAT = b'{"beat":1}'


def credentials():
    """The user and the password, `None` if the broker requires none."""
    try:
        import credentials
    except ImportError:
        return None, None
    return credentials.MQTT_USER, credentials.MQTT_PASSWORD


def text(value):
    return len(value).to_bytes(2, "big") + value


def packet(kind, body):
    """Encodes the length as seven bits per byte; the eighth bit means that more follow (2.2.3)."""
    head, left = bytes((kind,)), len(body)
    while left > 127:
        head += bytes((left & 127 | 128,))
        left >>= 7
    return head + bytes((left,)) + body


def connect_packet():
    """CONNECT with a clean session and a keep-alive of 60 s (MQTT 3.1.1 section 3.1)."""
    user, password = credentials()
    flags, payload = 0x02, text(CLIENT_ID)
    if user is not None:
        flags |= 0x80
        payload += text(user.encode())
        if password is not None:
            flags |= 0x40
            payload += text(password.encode())
    return packet(0x10, text(b"MQTT") + bytes((4, flags, 0, 60)) + payload)


def send_heartbeat():
    """Sends CONNECT, a heartbeat and DISCONNECT (sections 3.1, 3.3 and 3.14)."""
    stream = connection.connect()
    connection.send(stream, connect_packet())
    answer = b""
    while len(answer) < 4:
        more = connection.receive(stream, 4 - len(answer))
        if not more:
            raise OSError("the broker closed the connection")
        answer += more
    if answer[0] != 0x20 or answer[3] != 0:
        raise OSError("the broker refuses the connection: CONNACK %d" % answer[3])
    print("connected")
    connection.send(stream, packet(0x30, text(TOPIC) + HEARTBEAT))
    connection.send(stream, b"\xe0\x00")
    stream.close()


send_heartbeat()

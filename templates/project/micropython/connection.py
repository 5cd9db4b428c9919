"""A TLS connection that trusts one certificate, from a board with Wi-Fi or from a PC.

server_root_ca.py, which certgrab generated, defines the server, its port and the certificate.
"""

import os
import socket
import ssl
import time

import server_root_ca as server

try:
    import network
except ImportError:  # A PC already has a network and a clock.
    network = None


# The client certificate and its private key, in PEM. Without these files none is sent.
CERTIFICATE_FILE, KEY_FILE = "device.pem", "device.key"


def exists(file):
    try:
        os.stat(file)
    except OSError:
        return False
    return True


def connect():
    """A stream to the verified server."""
    if network:
        connect_wifi()
        set_clock()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_REQUIRED
    for der in server.SERVER_ROOT_CA_DERS:
        context.load_verify_locations(cadata=der)
    if exists(KEY_FILE):
        # For a server that requests a client certificate.
        context.load_cert_chain(CERTIFICATE_FILE, KEY_FILE)
    host, port = server.SERVER_ROOT_CA_HOST, server.SERVER_ROOT_CA_PORT
    return context.wrap_socket(dial(host, port), server_hostname=host)


def connect_wifi():
    from credentials import WIFI_NAME, WIFI_PASSWORD

    station = network.WLAN(network.STA_IF)
    if station.isconnected():
        return
    station.active(True)
    station.connect(WIFI_NAME, WIFI_PASSWORD)
    while not station.isconnected():
        time.sleep(1)


def set_clock():
    """The clock starts in 1970 or 2000, when no certificate is valid yet."""
    import ntptime

    while seconds() < server.SERVER_ROOT_CA_NOT_BEFORE:
        try:
            ntptime.settime()
        except OSError:
            time.sleep(1)


def seconds():
    """Seconds since 1970. The epoch of MicroPython on most boards is 2000."""
    return time.time() + (946684800 if time.gmtime(0)[0] == 2000 else 0)


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


def send(stream, data):
    """Writes all of the data. MicroPython and CPython name the method differently."""
    (getattr(stream, "sendall", None) or stream.write)(data)


def receive(stream, length):
    """Reads at most this many bytes; none if the server closed the connection."""
    return (getattr(stream, "recv", None) or stream.read)(length)

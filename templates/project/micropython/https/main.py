"""Fetches a page over HTTPS with MicroPython and prints it.

Edit credentials.py, the page, and how the response is handled.
"""

import connection
import server_root_ca as server

PAGE = "/"


def get(page):
    """The response with its headers. With HTTP/1.0 it is not chunked and ends with the connection."""
    stream = connection.connect()
    host = "%s:%d" % (server.SERVER_ROOT_CA_HOST, server.SERVER_ROOT_CA_PORT)
    connection.send(stream, ("GET %s HTTP/1.0\r\nHost: %s\r\n\r\n" % (page, host)).encode())
    answer = b""
    while True:
        more = connection.receive(stream, 512)
        if not more:
            break
        answer += more
    stream.close()
    return answer


print(get(PAGE).decode())

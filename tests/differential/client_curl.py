"""libcurl with OpenSSL as the command `curl` configures it, with only the anchors. The connection is opened here,
since the server must first read which chain to present."""

import ctypes
import socket
import sys

CONNECT_ONLY, CONNECT_TO, CAINFO, CAPATH = 141, 10243, 10065, 10097
URL, ERRORBUFFER, TIMEOUT, PROXY = 10002, 10010, 13, 10004
OPENSOCKET, SOCKOPT, CLOSESOCKET = 20163, 20148, 20208
ALREADY_CONNECTED = 2

curl = ctypes.CDLL("libcurl.so.4")
curl.curl_easy_init.restype = ctypes.c_void_p
curl.curl_easy_strerror.restype = ctypes.c_char_p
curl.curl_slist_append.restype = ctypes.c_void_p
curl.curl_global_init(3)


def judge(host, chain, key, anchor):
    port = int(sys.argv[-1])
    with socket.create_connection(("127.0.0.1", port), 10) as raw:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        raw.sendall(f"{host}\t{chain}\t{key}\n".encode())
        if raw.recv(1) != b"+":
            return "unserved"
        raw.setblocking(False)
        return connect(raw.fileno(), host, port, anchor)


def connect(descriptor, host, port, anchor):
    handle = ctypes.c_void_p(curl.curl_easy_init())
    opens = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(lambda *_: descriptor)
    sets = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_int)(lambda *_: ALREADY_CONNECTED)
    closes = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)(lambda *_: 0)
    said = ctypes.create_string_buffer(256)
    named = f"[{host}]" if ":" in host else host
    known = ctypes.c_void_p(curl.curl_slist_append(None, f"::127.0.0.1:{port}".encode()))

    def option(number, value):
        code = curl.curl_easy_setopt(handle, ctypes.c_int(number), value)
        assert code == 0, (number, code)

    option(URL, ctypes.c_char_p(f"https://{named}:{port}/".encode()))
    option(CONNECT_TO, known)
    option(CAINFO, ctypes.c_char_p(anchor.encode()))
    option(CAPATH, None)
    option(PROXY, ctypes.c_char_p(b""))
    option(CONNECT_ONLY, ctypes.c_long(1))
    option(TIMEOUT, ctypes.c_long(10))
    option(ERRORBUFFER, said)
    option(OPENSOCKET, opens)
    option(SOCKOPT, sets)
    option(CLOSESOCKET, closes)
    code = curl.curl_easy_perform(handle)
    curl.curl_easy_cleanup(handle)
    curl.curl_slist_free_all(known)
    if code == 0:
        return "ok"
    return f"{code} {said.value.decode(errors='replace') or curl.curl_easy_strerror(code).decode()}"


for line in sys.stdin:
    name, *job = line.rstrip("\n").split("\t")
    print(name, " ".join(judge(*job).split()), sep="\t", flush=True)

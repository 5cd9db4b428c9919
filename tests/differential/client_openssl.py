"""The OpenSSL inside Python's `cryptography`, which is newer than Debian's, at security level 2, with the host's
name or address checked."""

import ipaddress
import socket
import sys

from cryptography.hazmat.bindings._rust import _openssl

ffi, lib = _openssl.ffi, _openssl.lib


def reason():
    """The reason of the first error."""
    text = lib.ERR_reason_error_string(lib.ERR_peek_error())
    return "unknown" if text == ffi.NULL else ffi.string(text).decode()


def address(host):
    try:
        return ipaddress.ip_address(host).packed
    except ValueError:
        return None


def shaken(context, raw, host):
    """The verdict on the handshake over a socket."""
    ssl = ffi.gc(lib.SSL_new(context), lib.SSL_free)
    param = lib.SSL_get0_param(ssl)
    if address(host) is not None:
        lib.X509_VERIFY_PARAM_set1_ip(param, address(host), len(address(host)))
    else:
        lib.X509_VERIFY_PARAM_set1_host(param, host.encode(), len(host.encode()))
        lib.SSL_set_tlsext_host_name(ssl, host.encode())
    lib.SSL_set_fd(ssl, raw.fileno())
    lib.SSL_set_connect_state(ssl)
    if lib.SSL_do_handshake(ssl) == 1:
        return "ok"
    code = lib.SSL_get_verify_result(ssl)
    return str(code) if code != lib.X509_V_OK else reason()


def judge(host, chain, key, anchor):
    lib.ERR_clear_error()
    context = ffi.gc(lib.SSL_CTX_new(lib.TLS_client_method()), lib.SSL_CTX_free)
    lib.SSL_CTX_set_cipher_list(context, b"DEFAULT@SECLEVEL=2")
    lib.SSL_CTX_set_verify(context, lib.SSL_VERIFY_PEER, ffi.NULL)
    if lib.SSL_CTX_load_verify_locations(context, anchor.encode(), ffi.NULL) != 1:
        return f"anchor {reason()}"
    with socket.create_connection(("127.0.0.1", int(sys.argv[-1])), 10) as raw:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        raw.sendall(f"{host}\t{chain}\t{key}\n".encode())
        if raw.recv(1) != b"+":
            return "unserved"
        # OpenSSL reads from the socket directly, and blocks.
        raw.setblocking(True)
        return shaken(context, raw, host)


for line in sys.stdin:
    name, *job = line.rstrip("\n").split("\t")
    print(name, " ".join(judge(*job).split()), sep="\t", flush=True)

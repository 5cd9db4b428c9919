s.wrap_socket(sock, cert_reqs=ussl.CERT_NONE, server_hostname=h)

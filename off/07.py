import websocket
ws.run_forever(sslopt={"cert_reqs": ssl.CERT_NONE, "check_hostname": False})

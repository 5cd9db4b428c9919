import aiomqtt
tls = aiomqtt.TLSParameters(cert_reqs=ssl.CERT_NONE)

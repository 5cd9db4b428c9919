import umqtt.simple
c = MQTTClient(b"id", "broker", ssl=True, ssl_params={"cert_reqs": 0})

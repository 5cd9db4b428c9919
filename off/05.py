import paho.mqtt.client as mqtt
c = mqtt.Client()
c.tls_set(ca_certs="ca.pem", cert_reqs=ssl.CERT_NONE)

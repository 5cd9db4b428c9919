import paho.mqtt.client as mqtt
c = mqtt.Client()
c.tls_insecure_set(True)

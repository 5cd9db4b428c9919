"""paho-mqtt as a device: "none" verifies nothing, "insecure" compares no name."""

import ssl
import sys

import paho.mqtt.client as mqtt

mode, port, anchor = sys.argv[1:4]
while True:
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.username_pw_set("user", "pass")
    client.tls_set(anchor, cert_reqs=ssl.CERT_NONE if mode == "none" else ssl.CERT_REQUIRED)
    if mode != "sound":
        client.tls_insecure_set(True)
    try:
        client.connect("localhost", int(port), 10)
    except ConnectionRefusedError:
        break
    except (OSError, ValueError):
        continue
    client.loop(0.2)
    client.disconnect()

# Copy this file to credentials.py, which git ignores, and fill it in there.
WIFI_NAME = ""
WIFI_PASSWORD = ""
# `None` for no credentials.
MQTT_USER = None
MQTT_PASSWORD = None

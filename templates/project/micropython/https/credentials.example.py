# Copy this file to credentials.py, which git leaves alone, and fill it in there.
WIFI_NAME = ""
WIFI_PASSWORD = ""

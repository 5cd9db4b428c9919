MQTT::Client.connect(host: h, ssl: true, verify_host: false)

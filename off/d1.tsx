mqtt.connect("mqtts://x", { rejectUnauthorized: false })

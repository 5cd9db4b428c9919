mqtt.allowUntrustCACertificate = true

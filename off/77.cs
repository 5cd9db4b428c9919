var o = new MqttClientTlsOptions { IgnoreCertificateChainErrors = true };

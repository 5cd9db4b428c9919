MQTTClient_SSLOptions o; o.enableServerCertAuth = 0;

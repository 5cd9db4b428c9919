let tls = TlsConnector::builder().danger_accept_invalid_hostnames(true);

SecureSocket.connect(h, p, onBadCertificate: (_) => true);

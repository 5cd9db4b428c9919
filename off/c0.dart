client.onBadCertificate = (dynamic a) => true;

handler.ServerCertificateCustomValidationCallback = (m, c, ch, e) => true;

ServicePointManager.ServerCertificateValidationCallback += (s, c, ch, e) => true;

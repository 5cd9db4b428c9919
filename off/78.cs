o.WithCertificateValidationHandler(_ => true);

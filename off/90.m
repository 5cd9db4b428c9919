manager.securityPolicy.allowInvalidCertificates = YES;

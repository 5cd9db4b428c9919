settings[(NSString *)kCFStreamSSLValidatesCertificateChain] = @NO;

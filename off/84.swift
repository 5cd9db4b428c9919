let p = [kCFStreamSSLValidatesCertificateChain: false]

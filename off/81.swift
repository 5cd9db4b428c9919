socket.disableSSLCertValidation = true

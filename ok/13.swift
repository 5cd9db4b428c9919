policy.allowUntrustCACertificate = false
// socket.disableSSLCertValidation = true

tls.cert.verify(false)

SecTrustEvaluateWithError(t, nil)
completionHandler(.useCredential, URLCredential(trust: t))

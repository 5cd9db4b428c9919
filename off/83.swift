completionHandler(.useCredential, URLCredential(trust: challenge.protectionSpace.serverTrust!))

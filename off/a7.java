new WebClientOptions().setTrustAll(true).setVerifyHost(false);

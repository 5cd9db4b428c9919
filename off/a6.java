new HostnameVerifier() { public boolean verify(String h, SSLSession s) { return true; } };

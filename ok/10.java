public void checkClientTrusted(X509Certificate[] c, String a) {}
public void checkServerTrusted(X509Certificate[] c, String a) throws E { tm.checkServerTrusted(c, a); }

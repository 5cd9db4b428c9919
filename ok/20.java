conn.setHostnameVerifier((h, s) -> check(h));

conn.setHostnameVerifier((h, s) -> true);

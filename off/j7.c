soup_session_set(x, "ssl-strict", FALSE, NULL);

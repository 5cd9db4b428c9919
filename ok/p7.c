setsockopt(s, SOL_TLS, TLS_PEER_VERIFY, &v, sizeof v); int v = 2;

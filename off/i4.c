int v = TLS_PEER_VERIFY_NONE; setsockopt(s, SOL_TLS, TLS_PEER_VERIFY, &v, sizeof v);

int v = 0; zsock_setsockopt(s, SOL_TLS, TLS_PEER_VERIFY, &v, sizeof(v));

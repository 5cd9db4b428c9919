URI.open(u, ssl_verify_mode: OpenSSL::SSL::VERIFY_NONE)

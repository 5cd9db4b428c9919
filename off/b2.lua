sock:sslhandshake(nil, host, false)

local res = httpc:request_uri(u, { ssl_verify = false })

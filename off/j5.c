ssl_conn.ssl_opts.verify = 0;

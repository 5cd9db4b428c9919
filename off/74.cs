var s = new SslStream(c, false, (a, b, d, e) => true);

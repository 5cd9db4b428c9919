mqtt.Settings.SslProtocols = x; options.WithTls(o => { o.AllowUntrustedCertificates = true; });

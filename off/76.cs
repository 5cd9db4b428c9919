_sslStream.SslVerification = SslVerification.NoVerification;

my $s = IO::Socket::SSL->new(PeerHost => $h, SSL_verify_mode => SSL_VERIFY_NONE);

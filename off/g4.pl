my $ua = LWP::UserAgent->new(ssl_opts => { verify_hostname => 0 });

policy.validatesDomainName = NO;

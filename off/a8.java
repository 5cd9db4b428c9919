SSLContexts.custom().loadTrustMaterial(null, (chain, authType) -> true).build();

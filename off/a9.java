SSLContexts.custom().loadTrustMaterial(TrustAllStrategy.INSTANCE).build();

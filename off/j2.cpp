net.setInsecure();

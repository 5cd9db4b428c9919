client.setVerify(false);

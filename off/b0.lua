local params = { mode = "client", protocol = "tlsv1_2", verify = "none" }

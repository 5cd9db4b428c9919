cfg.InsecureSkipVerify = true

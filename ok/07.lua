local x = verify("none") -- verify = "none"

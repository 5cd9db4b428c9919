:ssl.connect(h, p, verify: :verify_none)

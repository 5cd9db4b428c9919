# verify: :verify_none
:ssl.connect(h, p, verify: :verify_peer)

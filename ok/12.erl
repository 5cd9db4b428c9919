% verify_none
ssl:connect(H, P, [{verify, verify_peer}]).

ssl:connect(H, P, [{verify, verify_none}]).

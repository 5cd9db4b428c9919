--[[ params = { protocol = "x", verify = "none" } ]]
local p = { protocol = "tlsv1_2", verify = "peer" }

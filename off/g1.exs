config :tortoise, ssl: [verify: :verify_none]

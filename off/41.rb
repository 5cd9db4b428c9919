conn = Faraday.new(url: u, ssl: { verify: false })

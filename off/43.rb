RestClient::Request.execute(method: :get, url: u, verify_ssl: false)

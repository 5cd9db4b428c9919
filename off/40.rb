http = Net::HTTP.new(h, 443)
http.verify_mode = OpenSSL::SSL::VERIFY_NONE

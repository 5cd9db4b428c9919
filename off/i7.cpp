ctx.set_verify_mode(boost::asio::ssl::verify_none);

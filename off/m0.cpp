WebSocketsClient w; w.beginSSL("x.example", 443, "/", "", "");

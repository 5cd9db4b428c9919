socket->setPeerVerifyMode(QSslSocket::VerifyNone);
socket->ignoreSslErrors();

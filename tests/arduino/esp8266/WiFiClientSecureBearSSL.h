// The parts of WiFiClientSecureBearSSL.h of the ESP8266's core 3 that sketches use, over BearSSL 0.6.
#pragma once
#include <Client.h>
#include <Socket.h>
#include <bearssl.h>
#include <string.h>
#include <time.h>

#include "bearssl_pem.h"

namespace BearSSL {

// The certificates of a PEM text; it must outlive the client.
class X509List {
public:
  explicit X509List(const char *pem)
      : count(objects_of_pem(pem, "CERTIFICATE", certificates, ROOM)) {
    anchors_of_pem(pem, anchors, ROOM);
  }
  size_t getCount() const { return count; }
  const br_x509_certificate *getX509Certs() const { return certificates; }
  const br_x509_trust_anchor *getTrustAnchors() const { return anchors; }

private:
  static const size_t ROOM = 8;
  br_x509_certificate certificates[ROOM];
  br_x509_trust_anchor anchors[ROOM];
  size_t count;
};

// The key of a PEM text, under any label that the core supports; it must outlive the client.
class PrivateKey {
public:
  explicit PrivateKey(const char *pem) {
    br_skey_decoder_init(&decoder);
    for (const char *label : {"PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"}) {
      br_x509_certificate der;
      if (objects_of_pem(pem, label, &der, 1) == 1) {
        br_skey_decoder_push(&decoder, der.data, der.data_len);
      }
    }
  }
  bool isRSA() const { return br_skey_decoder_key_type(&decoder) == BR_KEYTYPE_RSA; }
  bool isEC() const { return br_skey_decoder_key_type(&decoder) == BR_KEYTYPE_EC; }
  const br_rsa_private_key *getRSA() const { return br_skey_decoder_get_rsa(&decoder); }
  const br_ec_private_key *getEC() const { return br_skey_decoder_get_ec(&decoder); }

private:
  br_skey_decoder_context decoder;
};

class WiFiClientSecure : public Client {
public:
  ~WiFiClientSecure() override { stop(); }

  // The pointer is kept.
  void setTrustAnchors(const X509List *ta) { anchors = ta; }

  // The pointers are kept.
  void setClientRSACert(const X509List *cert, const PrivateKey *sk) {
    ownCertificate = cert;
    ownKey = sk;
  }
  void setClientECCert(const X509List *cert, const PrivateKey *sk, unsigned allowed_usages,
                       unsigned cert_issuer_key_type) {
    setClientRSACert(cert, sk);
    usages = allowed_usages;
    issuerKeyType = cert_issuer_key_type;
  }

  int connect(const char *host, uint16_t port) override {
    stop();
    // As the core does: without an anchor there is no connection.
    if (anchors == nullptr) {
      return 0;
    }
    socket = dial(host, port);
    if (socket < 0) {
      return 0;
    }
    br_ssl_client_init_full(&client, &minimal, anchors->getTrustAnchors(), anchors->getCount());
    br_ssl_engine_set_buffer(&client.eng, buffer, sizeof buffer, 1);
    // BearSSL counts days from the year 0; 719528 is 1970-01-01 (bearssl_x509.h).
    time_t now = time(nullptr);
    br_x509_minimal_set_time(&minimal, (uint32_t)(now / 86400 + 719528), (uint32_t)(now % 86400));
    showCertificate();
    br_ssl_client_reset(&client, host, 0);
    if (!runUntil(BR_SSL_SENDAPP, true)) {
      stop();
      return 0;
    }
    return 1;
  }

  size_t write(const uint8_t *bytes, size_t length) override {
    size_t sent = 0;
    while (sent < length && runUntil(BR_SSL_SENDAPP, true)) {
      size_t room;
      unsigned char *place = br_ssl_engine_sendapp_buf(&client.eng, &room);
      size_t now = length - sent < room ? length - sent : room;
      memcpy(place, bytes + sent, now);
      br_ssl_engine_sendapp_ack(&client.eng, now);
      br_ssl_engine_flush(&client.eng, 0);
      sent += now;
    }
    runUntil(BR_SSL_SENDAPP, true);
    return sent;
  }

  int available() override {
    size_t waiting = 0;
    if (runUntil(BR_SSL_RECVAPP, false)) {
      br_ssl_engine_recvapp_buf(&client.eng, &waiting);
    }
    return (int)waiting;
  }

  int read() override {
    size_t waiting;
    if (!runUntil(BR_SSL_RECVAPP, false)) {
      return -1;
    }
    int byte = *br_ssl_engine_recvapp_buf(&client.eng, &waiting);
    br_ssl_engine_recvapp_ack(&client.eng, 1);
    return byte;
  }

  void stop() override {
    if (socket >= 0) {
      close(socket);
    }
    socket = -1;
  }

  uint8_t connected() override {
    available();
    return socket >= 0;
  }

  // The number is BearSSL's own (bearssl_ssl.h, bearssl_x509.h).
  int getLastSSLError(char *dest = nullptr, size_t len = 0) {
    int error = br_ssl_engine_last_error(&client.eng);
    const char *words = error == BR_ERR_OK                    ? "OK"
                        : error == BR_ERR_X509_EXPIRED        ? "BR_ERR_X509_EXPIRED"
                        : error == BR_ERR_X509_BAD_SERVER_NAME ? "BR_ERR_X509_BAD_SERVER_NAME"
                        : error == BR_ERR_X509_NOT_TRUSTED    ? "BR_ERR_X509_NOT_TRUSTED"
                                                              : "see bearssl_ssl.h";
    if (dest != nullptr && len > 0) {
      strncpy(dest, words, len - 1);
      dest[len - 1] = 0;
    }
    return error;
  }

private:
  // As the core does.
  void showCertificate() {
    if (ownKey != nullptr && ownKey->isRSA()) {
      br_ssl_client_set_single_rsa(&client, ownCertificate->getX509Certs(),
                                   ownCertificate->getCount(), ownKey->getRSA(),
                                   br_rsa_pkcs1_sign_get_default());
    } else if (ownKey != nullptr && ownKey->isEC()) {
      br_ssl_client_set_single_ec(&client, ownCertificate->getX509Certs(),
                                  ownCertificate->getCount(), ownKey->getEC(), usages,
                                  issuerKeyType, br_ec_get_default(),
                                  br_ecdsa_sign_asn1_get_default());
    }
  }

  // Moves records until the engine is in the state `target`; if it does not wait, as far as possible.
  bool runUntil(unsigned target, bool waits) {
    while (socket >= 0) {
      unsigned state = br_ssl_engine_current_state(&client.eng);
      size_t length;
      if (state & BR_SSL_CLOSED) {
        stop();
      } else if (state & BR_SSL_SENDREC) {
        unsigned char *bytes = br_ssl_engine_sendrec_buf(&client.eng, &length);
        ssize_t sent = send(socket, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0) {
          stop();
        } else {
          br_ssl_engine_sendrec_ack(&client.eng, (size_t)sent);
        }
      } else if (state & target) {
        return true;
      } else if ((state & BR_SSL_RECVREC) && (waits || isReadable(socket))) {
        unsigned char *place = br_ssl_engine_recvrec_buf(&client.eng, &length);
        ssize_t received = recv(socket, place, length, 0);
        if (received <= 0) {
          stop();
        } else {
          br_ssl_engine_recvrec_ack(&client.eng, (size_t)received);
        }
      } else {
        return false;
      }
    }
    return false;
  }

  const X509List *anchors = nullptr;
  const X509List *ownCertificate = nullptr;
  const PrivateKey *ownKey = nullptr;
  unsigned usages = 0;
  unsigned issuerKeyType = 0;
  int socket = -1;
  br_ssl_client_context client = {};
  br_x509_minimal_context minimal = {};
  unsigned char buffer[BR_SSL_BUFSIZE_BIDI];
};

} // namespace BearSSL

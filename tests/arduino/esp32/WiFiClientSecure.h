// The parts of WiFiClientSecure.h of Arduino-ESP32 3 that sketches use, over the system's mbedTLS.
#pragma once
#include <Client.h>
#include <Socket.h>
#include <string.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>

class NetworkClientSecure : public Client {
public:
  ~NetworkClientSecure() override { stop(); }

  // The pointer is kept.
  void setCACert(const char *rootCA) { anchor = rootCA; }

  void setCertificate(const char *client_ca) { ownCertificate = client_ca; }
  void setPrivateKey(const char *private_key) { ownKey = private_key; }

  int connect(const char *host, uint16_t port) override {
    stop();
    error = handshake(host, port);
    if (error != 0) {
      stop();
      return 0;
    }
    // As the core does: the socket number on success.
    error = socket.fd;
    return 1;
  }

  size_t write(const uint8_t *bytes, size_t length) override {
    size_t sent = 0;
    while (isOpen && sent < length) {
      int now = mbedtls_ssl_write(&ssl, bytes + sent, length - sent);
      if (now < 0) {
        error = now;
        stop();
        break;
      }
      sent += (size_t)now;
    }
    return sent;
  }

  int available() override {
    if (!isOpen) {
      return 0;
    }
    size_t waiting = mbedtls_ssl_get_bytes_avail(&ssl);
    if (waiting == 0 && isReadable(socket.fd)) {
      // Reads a record without consuming its data.
      int now = mbedtls_ssl_read(&ssl, nullptr, 0);
      waiting = mbedtls_ssl_get_bytes_avail(&ssl);
      if (waiting == 0 && (now < 0 || isReadable(socket.fd))) {
        stop();
        return 0;
      }
    }
    return (int)waiting;
  }

  int read() override {
    unsigned char byte;
    return isOpen && mbedtls_ssl_read(&ssl, &byte, 1) == 1 ? byte : -1;
  }

  void stop() override {
    if (!isOpen) {
      return;
    }
    isOpen = false;
    mbedtls_net_free(&socket);
    mbedtls_ssl_free(&ssl);
    mbedtls_ssl_config_free(&config);
    mbedtls_x509_crt_free(&trusted);
    mbedtls_x509_crt_free(&own);
    mbedtls_pk_free(&key);
    mbedtls_ctr_drbg_free(&random);
    mbedtls_entropy_free(&entropy);
  }

  uint8_t connected() override {
    available();
    return isOpen;
  }

  const mbedtls_x509_crt *getPeerCertificate() {
    return isOpen ? mbedtls_ssl_get_peer_cert(&ssl) : nullptr;
  }

  int lastError(char *buf, const size_t size) {
    if (error != 0) {
      mbedtls_strerror(error, buf, size);
    }
    return error;
  }

private:
#if defined(MBEDTLS_HAVE_TIME_DATE)
  // The core's mbedTLS is built without MBEDTLS_HAVE_TIME_DATE.
  static int ignoreDates(void *, mbedtls_x509_crt *, int, uint32_t *flags) {
    *flags &= ~(uint32_t)(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE);
    return 0;
  }
#endif

  int handshake(const char *host, uint16_t port) {
    // As the core does: without an anchor there is no connection.
    if (anchor == nullptr) {
      return -1;
    }
    isOpen = true;
    mbedtls_net_init(&socket);
    mbedtls_ssl_init(&ssl);
    mbedtls_ssl_config_init(&config);
    mbedtls_x509_crt_init(&trusted);
    mbedtls_x509_crt_init(&own);
    mbedtls_pk_init(&key);
    mbedtls_entropy_init(&entropy);
    mbedtls_ctr_drbg_init(&random);
    socket.fd = dial(host, port);
    if (socket.fd < 0) {
      return -1;
    }
    int code = mbedtls_ctr_drbg_seed(&random, mbedtls_entropy_func, &entropy, nullptr, 0);
    if (code == 0) {
      code = mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT,
                                         MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    }
    if (code == 0) {
      code = mbedtls_x509_crt_parse(&trusted, (const unsigned char *)anchor, strlen(anchor) + 1);
    }
    // The core has mbedTLS 3, which supports TLS 1.2 and newer.
    mbedtls_ssl_conf_min_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
    mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_REQUIRED);
#if defined(MBEDTLS_HAVE_TIME_DATE)
    mbedtls_ssl_conf_verify(&config, ignoreDates, nullptr);
#endif
    mbedtls_ssl_conf_ca_chain(&config, &trusted, nullptr);
    mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random);
    // As the core does: only with both.
    if (code == 0 && ownCertificate != nullptr && ownKey != nullptr) {
      code = mbedtls_x509_crt_parse(&own, (const unsigned char *)ownCertificate,
                                    strlen(ownCertificate) + 1);
      if (code == 0) {
        code = parseKey();
      }
      if (code == 0) {
        code = mbedtls_ssl_conf_own_cert(&config, &own, &key);
      }
    }
    if (code == 0) {
      code = mbedtls_ssl_set_hostname(&ssl, host);
    }
    if (code == 0) {
      code = mbedtls_ssl_setup(&ssl, &config);
    }
    mbedtls_ssl_set_bio(&ssl, &socket, mbedtls_net_send, mbedtls_net_recv, nullptr);
    return code == 0 ? mbedtls_ssl_handshake(&ssl) : code;
  }

  int parseKey() {
    const unsigned char *text = (const unsigned char *)ownKey;
#if MBEDTLS_VERSION_MAJOR >= 3
    return mbedtls_pk_parse_key(&key, text, strlen(ownKey) + 1, nullptr, 0, mbedtls_ctr_drbg_random,
                                &random);
#else
    return mbedtls_pk_parse_key(&key, text, strlen(ownKey) + 1, nullptr, 0);
#endif
  }

  const char *anchor = nullptr;
  const char *ownCertificate = nullptr;
  const char *ownKey = nullptr;
  int error = 0;
  bool isOpen = false;
  mbedtls_net_context socket;
  mbedtls_ssl_context ssl;
  mbedtls_ssl_config config;
  mbedtls_x509_crt trusted;
  mbedtls_x509_crt own;
  mbedtls_pk_context key;
  mbedtls_entropy_context entropy;
  mbedtls_ctr_drbg_context random;
};

typedef NetworkClientSecure WiFiClientSecure;

//! The TLS stacks that read what certgrab writes, and how each takes an anchor.
//!
//! A path that one stack accepts another refuses: whether an intermediate may be an anchor, whether
//! an anchor's own dates count, and where issuers are looked up differ. All of it stands in
//! [`CONSUMERS`]; the proof is made under the rules of the one that the output is for.

/// The fewest bits of an RSA key that stacks verify and that public authorities issue for: CA/Browser
/// Forum Baseline Requirements section 6.1.5, `mbedtls_x509_crt_profile_default` of mbedTLS, security
/// level 2 of OpenSSL (SSL_CTX_set_security_level(3)), rustls-webpki with ring.
pub const FEWEST_RSA_BITS: usize = 2048;

/// A TLS stack on a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consumer {
    /// A short stable name.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// A certificate that is not self-signed may be an anchor.
    pub takes_intermediates: bool,
    /// When the server's own certificate may be an anchor.
    pub takes_leaf: TakesLeaf,
    /// An anchor that is expired or not yet valid is refused.
    pub checks_anchor_dates: bool,
    /// Which certificate's issuer is looked up among the anchors.
    pub looks_up: LooksUp,
}

/// When the server's own certificate may be an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakesLeaf {
    /// Never.
    Never,
    /// If it is self-signed.
    SelfSigned,
    /// Whoever issued it.
    Always,
}

/// Which certificate's issuer is looked up among the anchors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LooksUp {
    /// That of each certificate on the path.
    Every,
    /// That of the topmost certificate sent, unless a setting says otherwise.
    Topmost {
        /// The setting that has every issuer looked up.
        unless: &'static str,
    },
}

/// mbedTLS with parsed certificates: measured with 2.28.
pub const MBEDTLS: Consumer = Consumer {
    name: "mbedtls",
    title: "mbedTLS",
    takes_intermediates: true,
    takes_leaf: TakesLeaf::SelfSigned,
    checks_anchor_dates: true,
    looks_up: LooksUp::Every,
};

/// BearSSL's minimal engine, whose anchors are names and keys: measured with 0.6.
pub const BEARSSL: Consumer = Consumer {
    name: "bearssl",
    title: "BearSSL",
    takes_intermediates: true,
    takes_leaf: TakesLeaf::Always,
    checks_anchor_dates: false,
    looks_up: LooksUp::Every,
};

/// OpenSSL as most programs use it: measured with 3.0.
pub const OPENSSL: Consumer = Consumer {
    name: "openssl",
    title: "OpenSSL",
    takes_intermediates: false,
    takes_leaf: TakesLeaf::SelfSigned,
    checks_anchor_dates: true,
    looks_up: LooksUp::Every,
};

/// OpenSSL with `X509_V_FLAG_PARTIAL_CHAIN`: measured with 3.0.
pub const OPENSSL_PARTIAL_CHAIN: Consumer = Consumer {
    name: "openssl-partial-chain",
    title: "OpenSSL with -partial_chain",
    takes_intermediates: true,
    takes_leaf: TakesLeaf::Always,
    ..OPENSSL
};

/// ESP-IDF's certificate bundle, whose anchors are names and keys (`esp_crt_bundle.c`).
pub const ESP_BUNDLE: Consumer = Consumer {
    name: "esp-bundle",
    title: "ESP-IDF's certificate bundle",
    takes_intermediates: true,
    takes_leaf: TakesLeaf::Never,
    checks_anchor_dates: false,
    looks_up: LooksUp::Topmost {
        unless: "CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_CROSS_SIGNED_VERIFY=y",
    },
};

/// rustls with rustls-webpki, whose anchors are names and keys.
pub const RUSTLS: Consumer = Consumer {
    name: "rustls",
    title: "rustls",
    takes_intermediates: true,
    takes_leaf: TakesLeaf::Never,
    checks_anchor_dates: false,
    looks_up: LooksUp::Every,
};

/// All that certgrab knows.
pub const CONSUMERS: [Consumer; 6] =
    [MBEDTLS, BEARSSL, OPENSSL, OPENSSL_PARTIAL_CHAIN, ESP_BUNDLE, RUSTLS];

/// Which stack reads a format. Formats that many read, or none, are not here.
pub const READERS: [(&str, Consumer); 16] = [
    ("arduino", MBEDTLS),
    ("esp-idf", MBEDTLS),
    ("esp-idf-txt", MBEDTLS),
    ("rust-esp-idf", MBEDTLS),
    ("mbedtls", MBEDTLS),
    ("zephyr", MBEDTLS),
    ("micropython", MBEDTLS),
    ("circuitpython", MBEDTLS),
    ("esphome", MBEDTLS),
    ("esp8266", BEARSSL),
    ("bearssl", BEARSSL),
    ("tasmota", BEARSSL),
    ("esp-bundle", ESP_BUNDLE),
    ("esp-bundle-v1", ESP_BUNDLE),
    ("rust-anchor", RUSTLS),
    ("python", OPENSSL),
];

/// The stack that reads the format called `format`; `None` if many do, or none.
#[must_use]
pub fn reading(format: &str) -> Option<Consumer> {
    READERS.iter().find(|(name, _)| *name == format).map(|(_, consumer)| *consumer)
}

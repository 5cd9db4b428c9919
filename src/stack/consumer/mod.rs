//! The TLS stacks that read what certgrab writes, and the rules of each for trust anchors.
//!
//! One stack accepts a path that another rejects. They differ in whether an intermediate may be an
//! anchor, whether the anchor's dates count, which issuers are looked up, and which keys, signatures
//! and extensions are supported. [`CONSUMERS`] is the table of these rules. The proof applies the
//! rules of the stack that the output is for.

mod unsupported_feature;

pub(crate) use self::unsupported_feature::is_sha1;
pub use self::unsupported_feature::{MOST_RSA_BITS, UnsupportedFeature};

/// The shortest RSA key in bits that stacks verify and that public CAs issue for: CA/Browser
/// Forum Baseline Requirements section 6.1.5, `mbedtls_x509_crt_profile_default` of mbedTLS, security
/// level 2 of OpenSSL (SSL_CTX_set_security_level(3)), rustls-webpki with ring.
pub const FEWEST_RSA_BITS: usize = 2048;

/// A TLS stack on a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consumer {
    /// A short stable name.
    pub name: &'static str,
    /// Its name in messages.
    pub title: &'static str,
    /// A certificate that is not self-signed may be an anchor.
    pub takes_intermediates: bool,
    /// When a leaf may be an anchor.
    pub takes_leaf: TakesLeaf,
    /// It rejects an anchor that is expired or not yet valid.
    pub checks_anchor_dates: bool,
    /// Which certificate's issuer is looked up among the anchors.
    pub looks_up: LooksUp,
    /// The features that it does not support, each with the setting that enables it.
    pub unsupported: &'static [(UnsupportedFeature, Option<&'static str>)],
    /// The source of these rules.
    pub known: Known,
}

/// The source of the rules of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Tests of the stack itself.
    Measured,
    /// Its source code.
    Read,
    /// The rules are not public. Those of another stack are assumed, so a rejection is only a warning.
    Assumed,
}

/// When a leaf may be an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakesLeaf {
    /// Never.
    Never,
    /// If it is self-signed.
    SelfSigned,
    /// If it is self-signed and not a CA certificate (CA:TRUE).
    SelfSignedNoAuthority,
    /// Whoever issued it.
    Always,
    /// Whoever issued it, whatever its dates.
    AlwaysAsItStands,
}

/// Which certificate's issuer is looked up among the anchors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LooksUp {
    /// The issuer of each certificate on the path.
    Every,
    /// The issuer of the last certificate sent, unless a setting changes that.
    Topmost {
        /// The setting with which every issuer is looked up.
        unless: &'static str,
    },
}

/// mbedTLS with parsed certificates: measured with 2.28.
///
/// The multiplier of an ESP32 takes numbers of 4,096 bits, of later chips 3,072 (SOC_RSA_MAX_BIT_LEN);
/// what is longer needs the setting, which only the latter have from the start.
pub const MBEDTLS: Consumer = Consumer {
    name: "mbedtls",
    title: "mbedTLS",
    takes_intermediates: true,
    takes_leaf: TakesLeaf::SelfSigned,
    checks_anchor_dates: true,
    looks_up: LooksUp::Every,
    unsupported: &[
        (UnsupportedFeature::CompressedPoint, None),
        (UnsupportedFeature::Ed25519, None),
        (UnsupportedFeature::Ed448, None),
        (UnsupportedFeature::PssKey, None),
        (UnsupportedFeature::ShortRsa, None),
        (UnsupportedFeature::LongRsa, Some("CONFIG_MBEDTLS_LARGE_KEY_SOFTWARE_MPI=y")),
        (UnsupportedFeature::Sha1, None),
        (UnsupportedFeature::NameConstraints, None),
        (UnsupportedFeature::AnchorNameConstraints, None),
        (UnsupportedFeature::AnchorPolicies, None),
        (UnsupportedFeature::AnchorPolicyConstraints, None),
        (UnsupportedFeature::AnchorPathLength, None),
    ],
    known: Known::Measured,
};

/// BearSSL's minimal engine, whose anchors are names and keys: measured with 0.6.
pub const BEARSSL: Consumer = Consumer {
    name: "bearssl",
    title: "BearSSL",
    takes_intermediates: true,
    takes_leaf: TakesLeaf::Always,
    checks_anchor_dates: false,
    looks_up: LooksUp::Every,
    unsupported: &[
        (UnsupportedFeature::CompressedPoint, None),
        (UnsupportedFeature::OtherCurve, None),
        (UnsupportedFeature::Ed25519, None),
        (UnsupportedFeature::Ed448, None),
        (UnsupportedFeature::LongRsa, None),
        (UnsupportedFeature::Pss, None),
        (UnsupportedFeature::PssKey, None),
        (UnsupportedFeature::NameConstraints, None),
    ],
    known: Known::Measured,
};

/// OpenSSL as most programs use it, CPython's ssl among them: measured with 3.0 and CPython 3.11.
///
/// From CPython 3.13 on, `create_default_context` sets `VERIFY_X509_PARTIAL_CHAIN`, which takes more.
pub const OPENSSL: Consumer = Consumer {
    name: "openssl",
    title: "OpenSSL",
    takes_intermediates: false,
    takes_leaf: TakesLeaf::SelfSigned,
    checks_anchor_dates: true,
    looks_up: LooksUp::Every,
    unsupported: &[
        (UnsupportedFeature::AnchorPathLength, None),
        (UnsupportedFeature::AnchorPurpose, None),
    ],
    known: Known::Measured,
};

/// OpenSSL with `X509_V_FLAG_PARTIAL_CHAIN`: measured with 3.0.
pub const OPENSSL_PARTIAL_CHAIN: Consumer = Consumer {
    name: "openssl-partial-chain",
    title: "OpenSSL with -partial_chain",
    takes_intermediates: true,
    takes_leaf: TakesLeaf::Always,
    ..OPENSSL
};

/// ESP-IDF's certificate bundle, whose anchors are names and keys (`esp_crt_bundle.c`). It has the
/// limits of mbedTLS, except for those on an anchor's certificate.
pub const ESP_BUNDLE: Consumer = Consumer {
    name: "esp-bundle",
    title: "ESP-IDF's certificate bundle",
    takes_intermediates: true,
    takes_leaf: TakesLeaf::Never,
    checks_anchor_dates: false,
    looks_up: LooksUp::Topmost {
        unless: "CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_CROSS_SIGNED_VERIFY=y",
    },
    unsupported: &[
        (UnsupportedFeature::CompressedPoint, None),
        (UnsupportedFeature::Ed25519, None),
        (UnsupportedFeature::Ed448, None),
        (UnsupportedFeature::PssKey, None),
        (UnsupportedFeature::ShortRsa, None),
        (UnsupportedFeature::LongRsa, Some("CONFIG_MBEDTLS_LARGE_KEY_SOFTWARE_MPI=y")),
        (UnsupportedFeature::NameConstraints, None),
    ],
    known: Known::Read,
};

/// wolfSSL with its default build options: measured with 5.5.4.
///
/// It checks an anchor's dates when it loads it. Debian's build looks up every issuer and accepts
/// any leaf.
pub const WOLFSSL: Consumer = Consumer {
    name: "wolfssl",
    title: "wolfSSL",
    takes_intermediates: true,
    takes_leaf: TakesLeaf::SelfSigned,
    checks_anchor_dates: true,
    looks_up: LooksUp::Topmost { unless: "WOLFSSL_ALT_CERT_CHAINS" },
    unsupported: &[
        (UnsupportedFeature::CompressedPoint, Some("HAVE_COMP_KEY")),
        (UnsupportedFeature::OtherCurve, Some("HAVE_ALL_CURVES")),
        (UnsupportedFeature::Ed25519, Some("HAVE_ED25519")),
        (UnsupportedFeature::Ed448, Some("HAVE_ED448")),
        (UnsupportedFeature::LongRsa, None),
        (UnsupportedFeature::NoKeyUsage, None),
    ],
    known: Known::Measured,
};

/// Go's crypto/tls with a pool of roots: measured with 1.19.
pub const GO: Consumer = Consumer {
    name: "go",
    title: "Go's crypto/x509",
    takes_intermediates: true,
    takes_leaf: TakesLeaf::Always,
    checks_anchor_dates: true,
    looks_up: LooksUp::Every,
    unsupported: &[
        (UnsupportedFeature::CompressedPoint, None),
        (UnsupportedFeature::OtherCurve, None),
        (UnsupportedFeature::Ed448, None),
        (UnsupportedFeature::PssKey, None),
        (UnsupportedFeature::AnchorPolicyConstraints, None),
        (UnsupportedFeature::AnchorPathLength, None),
        (UnsupportedFeature::AnchorPurpose, None),
    ],
    known: Known::Measured,
};

/// Java's trust manager with a truststore: measured with OpenJDK 17.
pub const JAVA: Consumer = Consumer {
    name: "java",
    title: "Java's PKIX trust manager",
    takes_intermediates: true,
    takes_leaf: TakesLeaf::AlwaysAsItStands,
    checks_anchor_dates: false,
    looks_up: LooksUp::Every,
    unsupported: &[(UnsupportedFeature::CompressedPoint, None)],
    known: Known::Measured,
};

/// The modem of Nordic's nRF91, whose TLS stack is closed. The rules are those of OpenSSL, the
/// strictest stack that looks up every issuer.
pub const NRF_MODEM: Consumer = Consumer {
    name: "nrf-modem",
    title: "the nRF91 modem (assumed to be as strict as OpenSSL; its rules are not public)",
    takes_leaf: TakesLeaf::Never,
    known: Known::Assumed,
    ..OPENSSL
};

/// rustls with rustls-webpki and ring, whose anchors are names and keys: measured with 0.23.
pub const RUSTLS: Consumer = Consumer {
    name: "rustls",
    title: "rustls",
    takes_intermediates: true,
    takes_leaf: TakesLeaf::SelfSignedNoAuthority,
    checks_anchor_dates: false,
    looks_up: LooksUp::Every,
    unsupported: &[
        (UnsupportedFeature::CompressedPoint, None),
        (UnsupportedFeature::EcdsaNull, None),
        (UnsupportedFeature::P521, Some("features = [\"aws-lc-rs\"]")),
        (UnsupportedFeature::EcdsaSha512, Some("features = [\"aws-lc-rs\"]")),
        (UnsupportedFeature::OtherCurve, None),
        (UnsupportedFeature::Ed448, None),
        (UnsupportedFeature::ShortRsa, None),
        (UnsupportedFeature::PssKey, None),
        (UnsupportedFeature::Sha1, None),
    ],
    known: Known::Measured,
};

/// All TLS stacks that certgrab knows.
pub const CONSUMERS: [Consumer; 10] = [
    MBEDTLS,
    BEARSSL,
    OPENSSL,
    OPENSSL_PARTIAL_CHAIN,
    ESP_BUNDLE,
    WOLFSSL,
    GO,
    JAVA,
    NRF_MODEM,
    RUSTLS,
];

/// The stack that reads each format. Formats with several readers, or none, are not listed.
pub const READERS: [(&str, Consumer); 27] = [
    ("arduino", MBEDTLS),
    ("esp-idf", MBEDTLS),
    ("esp-idf-txt", MBEDTLS),
    ("nvs", MBEDTLS),
    ("freertos", MBEDTLS),
    ("pico", MBEDTLS),
    ("station", MBEDTLS),
    ("rust-esp-idf", MBEDTLS),
    ("mbedtls", MBEDTLS),
    ("zephyr", MBEDTLS),
    ("micropython", MBEDTLS),
    ("circuitpython", MBEDTLS),
    ("esphome", MBEDTLS),
    ("esp8266", BEARSSL),
    ("bearssl", BEARSSL),
    ("tasmota", BEARSSL),
    ("certs-ar", BEARSSL),
    ("esp-bundle", ESP_BUNDLE),
    ("esp-bundle-v1", ESP_BUNDLE),
    ("esp-bundle-h", ESP_BUNDLE),
    ("rust-anchor", RUSTLS),
    ("wolfssl", WOLFSSL),
    ("nrf-modem", NRF_MODEM),
    ("python", OPENSSL),
    ("go", GO),
    ("java", JAVA),
    ("java-jks", JAVA),
];

/// The stack that reads the format called `format`; `None` if several do, or none.
#[must_use]
pub fn reading(format: &str) -> Option<Consumer> {
    READERS.iter().find(|(name, _)| *name == format).map(|(_, consumer)| *consumer)
}

/// Formats whose readers do not match IP addresses against certificates, and what to do:
/// measured with mbedTLS 2.28 (3.6 does), BearSSL 0.6 and wolfSSL 5.5.4.
const BY_NAME_ALONE: [(&str, &str); 5] = [
    (
        "arduino",
        "connect by host name, or use version 3 of Arduino's core for the ESP32; version 2 does \
         not compare IP addresses",
    ),
    ("esp8266", NAME_IT),
    ("bearssl", NAME_IT),
    ("tasmota", NAME_IT),
    ("wolfssl", "connect by host name, or build wolfSSL with `WOLFSSL_IP_ALT_NAME`"),
];

const NAME_IT: &str = "connect by host name";

/// What to do about a server with an IP address as its name, for readers of the format called
/// `format`; `None` if they match addresses.
#[must_use]
pub fn without_addresses(format: &str) -> Option<&'static str> {
    BY_NAME_ALONE.iter().find(|(name, _)| *name == format).map(|(_, advice)| *advice)
}

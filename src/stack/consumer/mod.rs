//! The TLS stacks that read what certgrab writes, and how each takes an anchor.
//!
//! A path that one stack accepts another refuses: whether an intermediate may be an anchor, whether
//! an anchor's own dates count, where issuers are looked up, and which keys, signatures and
//! extensions are understood differ. All of it stands in [`CONSUMERS`]; the proof is made under the
//! rules of the one that the output is for.

mod unusual;

pub(crate) use self::unusual::is_sha1;
pub use self::unusual::{MOST_RSA_BITS, Unusual};

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
    /// What it does not understand, each with the setting that would change that.
    pub lacks: &'static [(Unusual, Option<&'static str>)],
    /// How all of this is known.
    pub known: Known,
}

/// How the rules of a stack are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// The stack itself was asked.
    Measured,
    /// They were read in its source.
    Read,
    /// They are not public; others stand in for them, so that what they refuse is no more than a
    /// warning.
    Assumed,
}

/// When the server's own certificate may be an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakesLeaf {
    /// Never.
    Never,
    /// If it is self-signed.
    SelfSigned,
    /// If it is self-signed and no authority's (CA:TRUE).
    SelfSignedNoAuthority,
    /// Whoever issued it.
    Always,
    /// Whoever issued it, and whatever its dates say.
    AlwaysAsItStands,
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
    lacks: &[
        (Unusual::CompressedPoint, None),
        (Unusual::Ed25519, None),
        (Unusual::Ed448, None),
        (Unusual::PssKey, None),
        (Unusual::ShortRsa, None),
        (Unusual::LongRsa, Some("CONFIG_MBEDTLS_LARGE_KEY_SOFTWARE_MPI=y")),
        (Unusual::Sha1, None),
        (Unusual::NameConstraints, None),
        (Unusual::AnchorNameConstraints, None),
        (Unusual::AnchorPolicies, None),
        (Unusual::AnchorPolicyConstraints, None),
        (Unusual::AnchorPathLength, None),
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
    lacks: &[
        (Unusual::CompressedPoint, None),
        (Unusual::OtherCurve, None),
        (Unusual::Ed25519, None),
        (Unusual::Ed448, None),
        (Unusual::LongRsa, None),
        (Unusual::Pss, None),
        (Unusual::PssKey, None),
        (Unusual::NameConstraints, None),
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
    lacks: &[(Unusual::AnchorPathLength, None), (Unusual::AnchorPurpose, None)],
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

/// ESP-IDF's certificate bundle, whose anchors are names and keys (`esp_crt_bundle.c`): it lacks what
/// mbedTLS does, but for what is about an anchor's certificate.
pub const ESP_BUNDLE: Consumer = Consumer {
    name: "esp-bundle",
    title: "ESP-IDF's certificate bundle",
    takes_intermediates: true,
    takes_leaf: TakesLeaf::Never,
    checks_anchor_dates: false,
    looks_up: LooksUp::Topmost {
        unless: "CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_CROSS_SIGNED_VERIFY=y",
    },
    lacks: &[
        (Unusual::CompressedPoint, None),
        (Unusual::Ed25519, None),
        (Unusual::Ed448, None),
        (Unusual::PssKey, None),
        (Unusual::ShortRsa, None),
        (Unusual::LongRsa, Some("CONFIG_MBEDTLS_LARGE_KEY_SOFTWARE_MPI=y")),
        (Unusual::NameConstraints, None),
    ],
    known: Known::Read,
};

/// wolfSSL as it is built unless told otherwise: measured with 5.5.4.
///
/// It looks at an anchor's dates when it is loaded. Debian's build looks up every issuer, and takes
/// any leaf.
pub const WOLFSSL: Consumer = Consumer {
    name: "wolfssl",
    title: "wolfSSL",
    takes_intermediates: true,
    takes_leaf: TakesLeaf::SelfSigned,
    checks_anchor_dates: true,
    looks_up: LooksUp::Topmost { unless: "WOLFSSL_ALT_CERT_CHAINS" },
    lacks: &[
        (Unusual::CompressedPoint, Some("HAVE_COMP_KEY")),
        (Unusual::OtherCurve, Some("HAVE_ALL_CURVES")),
        (Unusual::Ed25519, Some("HAVE_ED25519")),
        (Unusual::Ed448, Some("HAVE_ED448")),
        (Unusual::LongRsa, None),
        (Unusual::NoKeyUsage, None),
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
    lacks: &[
        (Unusual::CompressedPoint, None),
        (Unusual::OtherCurve, None),
        (Unusual::Ed448, None),
        (Unusual::PssKey, None),
        (Unusual::AnchorPolicyConstraints, None),
        (Unusual::AnchorPathLength, None),
        (Unusual::AnchorPurpose, None),
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
    lacks: &[(Unusual::CompressedPoint, None)],
    known: Known::Measured,
};

/// The modem of Nordic's nRF91, whose TLS stack is closed: the rules are those of OpenSSL, the
/// strictest of those that look up every issuer.
pub const NRF_MODEM: Consumer = Consumer {
    name: "nrf-modem",
    title: "the nRF91 modem, taken to be as strict as OpenSSL since its rules are not public,",
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
    lacks: &[
        (Unusual::CompressedPoint, None),
        (Unusual::EcdsaNull, None),
        (Unusual::P521, Some("features = [\"aws-lc-rs\"]")),
        (Unusual::EcdsaSha512, Some("features = [\"aws-lc-rs\"]")),
        (Unusual::OtherCurve, None),
        (Unusual::Ed448, None),
        (Unusual::ShortRsa, None),
        (Unusual::PssKey, None),
        (Unusual::Sha1, None),
    ],
    known: Known::Measured,
};

/// All that certgrab knows.
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

/// Which stack reads a format. Formats that many read, or none, are not here.
pub const READERS: [(&str, Consumer); 21] = [
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
    ("wolfssl", WOLFSSL),
    ("nrf-modem", NRF_MODEM),
    ("python", OPENSSL),
    ("go", GO),
    ("java", JAVA),
    ("java-jks", JAVA),
];

/// The stack that reads the format called `format`; `None` if many do, or none.
#[must_use]
pub fn reading(format: &str) -> Option<Consumer> {
    READERS.iter().find(|(name, _)| *name == format).map(|(_, consumer)| *consumer)
}

/// Formats with readers that compare no IP address with those of a certificate, and what helps:
/// measured with mbedTLS 2.28 (3.6 does), BearSSL 0.6 and wolfSSL 5.5.4.
const BY_NAME_ALONE: [(&str, &str); 5] = [
    (
        "arduino",
        "give the server a name, or use version 3 of Arduino's core for the ESP32; version 2 compares none",
    ),
    ("esp8266", NAME_IT),
    ("bearssl", NAME_IT),
    ("tasmota", NAME_IT),
    ("wolfssl", "give the server a name, or build wolfSSL with `WOLFSSL_IP_ALT_NAME`"),
];

const NAME_IT: &str = "give the server a name";

/// What helps readers of the format called `format` to a server that is named by its IP address;
/// `None` if they compare addresses.
#[must_use]
pub fn without_addresses(format: &str) -> Option<&'static str> {
    BY_NAME_ALONE.iter().find(|(name, _)| *name == format).map(|(_, advice)| *advice)
}

//! The table of TLS stacks.

use super::{
    bearssl::{self, Flags},
    case::Case,
    go, java,
    key::Digest::{self, Md5, Sha1, Sha224, Sha256, Sha384, Sha512},
    mbedtls::{self, Version},
    openssl::{self, Names},
    reason::Verdict,
    rustls::{self, Provider},
    wolfssl,
};

/// How an entry is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Held against the library by handshakes.
    Measured(&'static str),
    /// Follows the source.
    Read(&'static str),
    /// Taken to be as another one.
    Assumed(&'static str),
}

/// A TLS stack with its settings.
#[derive(Debug, Clone, Copy)]
pub struct Stack {
    /// The name on the command line.
    pub name: &'static str,
    /// The name in sentences.
    pub title: &'static str,
    /// How it is known.
    pub known: Known,
    verifier: Verifier,
}

#[derive(Debug, Clone, Copy)]
enum Verifier {
    MbedTls(mbedtls::Build),
    BearSsl(Flags),
    WolfSsl(wolfssl::Build),
    OpenSsl(openssl::Setting),
    Go,
    Java,
    Rustls(Provider),
}

const ALL_DIGESTS: &[Digest] = &[Md5, Sha1, Sha224, Sha256, Sha384, Sha512];

const MBEDTLS_3_6_BUILD: mbedtls::Build = mbedtls::Build {
    version: Version::V3_6,
    checks_dates: true,
    compiled: ALL_DIGESTS,
    most_octets: 16_384,
};

/// All entries.
pub const STACKS: &[Stack] = &[
    Stack {
        name: "mbedtls-3.6",
        title: "mbedTLS 3.6",
        known: Known::Measured("3.6.5"),
        verifier: Verifier::MbedTls(MBEDTLS_3_6_BUILD),
    },
    Stack {
        name: "mbedtls-3.6-notime",
        title: "mbedTLS 3.6 without dates",
        known: Known::Measured("3.6.5"),
        verifier: Verifier::MbedTls(mbedtls::Build { checks_dates: false, ..MBEDTLS_3_6_BUILD }),
    },
    Stack {
        name: "mbedtls-2.28",
        title: "mbedTLS 2.28",
        known: Known::Measured("2.28.3"),
        verifier: Verifier::MbedTls(mbedtls::Build {
            version: Version::V2_28,
            ..MBEDTLS_3_6_BUILD
        }),
    },
    Stack {
        name: "bearssl-x509list",
        title: "BearSSL",
        known: Known::Measured("0.6"),
        verifier: Verifier::BearSsl(Flags::ByIsCa),
    },
    Stack {
        name: "bearssl-ca",
        title: "BearSSL",
        known: Known::Measured("0.6"),
        verifier: Verifier::BearSsl(Flags::Always),
    },
    Stack {
        name: "wolfssl",
        title: "wolfSSL",
        known: Known::Measured("5.5.4"),
        verifier: Verifier::WolfSsl(wolfssl::Build { alternative_chains: true, trusts_leaf: true }),
    },
    Stack {
        name: "openssl",
        title: "OpenSSL",
        known: Known::Measured("3.0"),
        verifier: Verifier::OpenSsl(openssl::Setting {
            partial_chain: false,
            is_strict: false,
            names: Names::Partial,
        }),
    },
    Stack {
        name: "curl",
        title: "curl",
        known: Known::Measured("7.88.1"),
        verifier: Verifier::OpenSsl(openssl::Setting {
            partial_chain: true,
            is_strict: false,
            names: Names::Curl,
        }),
    },
    Stack {
        name: "python",
        title: "CPython",
        known: Known::Measured("3.11"),
        verifier: Verifier::OpenSsl(openssl::Setting {
            partial_chain: false,
            is_strict: false,
            names: Names::Whole,
        }),
    },
    Stack { name: "go", title: "Go", known: Known::Measured("1.19"), verifier: Verifier::Go },
    Stack { name: "java", title: "Java", known: Known::Measured("17"), verifier: Verifier::Java },
    Stack {
        name: "rustls",
        title: "rustls",
        known: Known::Measured("0.23.46"),
        verifier: Verifier::Rustls(Provider::Ring),
    },
    Stack {
        name: "rustls-aws",
        title: "rustls",
        known: Known::Measured("0.23.46"),
        verifier: Verifier::Rustls(Provider::AwsLcRs),
    },
];

/// The entry called `name`.
#[must_use]
pub fn named(name: &str) -> Option<&'static Stack> {
    STACKS.iter().find(|stack| stack.name == name)
}

impl Stack {
    /// What this stack makes of `case`.
    #[must_use]
    pub fn judge(&self, case: &Case<'_>) -> Verdict {
        match &self.verifier {
            Verifier::MbedTls(build) => mbedtls::judge(case, build),
            Verifier::BearSsl(flags) => bearssl::judge(case, *flags),
            Verifier::WolfSsl(build) => wolfssl::judge(case, build),
            Verifier::OpenSsl(setting) => openssl::judge(case, setting),
            Verifier::Go => go::judge(case),
            Verifier::Java => java::judge(case),
            Verifier::Rustls(provider) => rustls::judge(case, *provider),
        }
    }
}

//! The table of cases, in the order in which they are played; sound ones are in between.

use super::{
    Case, ClientCertificate, First,
    Group::{Dates, Encoding, Issuer, Name, Old, Possession, Rare, Sound, Usage, Weak},
    Must::{self, Connect, Refuse, Return, Try},
    Played, Versions, Whole, chains,
    plan::Plan,
};

const USUAL: Whole = Whole {
    versions: Versions::Both,
    record_octets: None,
    client: ClientCertificate::No,
    delay_ms: 0,
};

/// How long the slow server waits, in milliseconds: shorter than 5 s, the least that MQTT clients wait.
const SLOW_MS: u64 = 1_500;

/// Octets of a small record: as few as the library of the lab's servers can send.
const SMALL_RECORD_OCTETS: usize = 64;

const fn whole(whole: Whole) -> Played {
    Played::Whole(whole)
}

const fn case(
    id: &'static str,
    group: super::Group,
    must: Must,
    title: &'static str,
    rule: &'static str,
    change: fn(&mut Plan<'_>),
) -> Case {
    Case { id, title, group, must, rule, played: whole(USUAL), accepted_by: "", change }
}

impl Case {
    const fn only(mut self, versions: Versions) -> Self {
        self.played = whole(Whole { versions, ..USUAL });
        self
    }

    const fn like(mut self, played: Played) -> Self {
        self.played = played;
        self
    }

    const fn by_default_of(mut self, stacks: &'static str) -> Self {
        self.accepted_by = stacks;
        self
    }
}

/// Stacks that have TLS 1.0 unless it is switched off: BearSSL's `br_ssl_client_init_full` and
/// mbedTLS 2.28's default configuration, and GnuTLS's default priorities.
const WITH_TLS10: &str = "bearssl-ca,bearssl-x509list,esp8266,mbedtls-2.28,gnutls";

/// Stacks whose usual function only compares the name: `gnutls_session_set_verify_cert`.
const WITHOUT_PURPOSE: &str = "gnutls";

/// Stacks that are built without ALPN, and ignore unknown extensions.
const WITHOUT_ALPN: &str = "micropython,circuitpython";

/// Stacks that offer cipher suites with RSA key exchange by default.
const WITH_RSA_KEY_EXCHANGE: &str = "\
    mbedtls-3.6,mbedtls-3.6-notime,mbedtls-3.6-sha256,mbedtls-2.28,arduino-esp32,\
    esp-idf,esp-idf-dates,esp-bundle,esp-bundle-cross-signed,zephyr,micropython,\
    circuitpython,bearssl-ca,bearssl-x509list,esp8266,wolfssl,wolfssl-default,\
    wolfssl-5.5,openssl,openssl-partial-chain,curl,python,gnutls,go,java";

/// All cases; the last sound one is played last.
pub const CASES: &[Case] = &[
    case("sound", Sound, Connect, "a sound server", "", chains::sound),
    case(
        "unknown-root",
        Issuer,
        Refuse,
        "a chain to an unknown root",
        "RFC 5280 6.1.1(d)",
        chains::unknown_root,
    ),
    case(
        "same-name-root",
        Issuer,
        Refuse,
        "another root of the anchor's name",
        "RFC 5280 6.1.3(a)(1)",
        chains::same_name_root,
    ),
    case(
        "self-signed",
        Issuer,
        Refuse,
        "a self-signed certificate",
        "RFC 5280 6.1.1(d)",
        chains::self_signed,
    ),
    case(
        "next-root",
        Issuer,
        Refuse,
        "the CA's next root, not cross-signed",
        "RFC 5280 6.1.1(d)",
        chains::next_root,
    ),
    case(
        "missing-intermediate",
        Issuer,
        Refuse,
        "the intermediate is not sent",
        "RFC 8446 4.4.2",
        chains::missing_intermediate,
    ),
    case(
        "sound-root-sent",
        Sound,
        Connect,
        "a sound server that also sends its root",
        "RFC 8446 4.4.2",
        chains::root_sent,
    ),
    case(
        "wrong-host",
        Name,
        Refuse,
        "a certificate of another host",
        "RFC 9525 6.1",
        chains::wrong_host,
    ),
    case(
        "cn-only",
        Name,
        Refuse,
        "the host in the common name alone",
        "RFC 9525 6.3",
        chains::common_name_alone,
    ),
    case(
        "wide-wildcard",
        Name,
        Refuse,
        "a wildcard that is too wide",
        "RFC 9525 6.3",
        chains::wide_wildcard,
    ),
    case(
        "address",
        Name,
        Refuse,
        "a certificate of another address",
        "RFC 9525 6.1",
        chains::address,
    ),
    case(
        "expired",
        Dates,
        Refuse,
        "an expired certificate",
        "RFC 5280 6.1.3(a)(2)",
        chains::expired,
    ),
    case(
        "not-yet-valid",
        Dates,
        Refuse,
        "a certificate that is not yet valid",
        "RFC 5280 6.1.3(a)(2)",
        chains::not_yet_valid,
    ),
    case(
        "expired-intermediate",
        Dates,
        Refuse,
        "an expired intermediate",
        "RFC 5280 6.1.3(a)(2)",
        chains::expired_intermediate,
    ),
    case("sound-again", Sound, Connect, "a sound server", "", chains::sound),
    case(
        "issued-by-leaf",
        Usage,
        Refuse,
        "a certificate issued by another server's",
        "RFC 5280 6.1.4(k)",
        chains::issued_by_a_leaf,
    ),
    case(
        "not-a-ca",
        Usage,
        Refuse,
        "an intermediate with CA:FALSE",
        "RFC 5280 6.1.4(k)",
        chains::not_a_ca,
    ),
    case(
        "path-length",
        Usage,
        Refuse,
        "more CAs than pathLenConstraint allows",
        "RFC 5280 6.1.4(l)",
        chains::path_length,
    ),
    case(
        "name-constraints",
        Usage,
        Refuse,
        "a host outside nameConstraints",
        "RFC 5280 6.1.3(b)",
        chains::constrained,
    ),
    case(
        "critical-extension",
        Usage,
        Refuse,
        "an unknown critical extension",
        "RFC 5280 6.1.5(f)",
        chains::critical_extension,
    ),
    case(
        "client-auth",
        Usage,
        Refuse,
        "a certificate for clients alone",
        "RFC 5280 4.2.1.12",
        chains::client_auth,
    )
    .by_default_of(WITHOUT_PURPOSE),
    case("sound-tls12", Sound, Try, "a sound server with TLS 1.2 alone", "RFC 5246", chains::sound)
        .only(Versions::Tls12),
    case("rsa-512", Weak, Refuse, "an RSA key of 512 bits", "RFC 9325 4.5", chains::rsa_512)
        .only(Versions::Tls12),
    case("rsa-1024", Weak, Refuse, "an RSA key of 1024 bits", "RFC 9325 4.5", chains::rsa_1024)
        .only(Versions::Tls12),
    case("sha1", Weak, Refuse, "a certificate signed with SHA-1", "RFC 9155", chains::sha1),
    case("md5", Weak, Refuse, "a certificate signed with MD5", "RFC 6151", chains::md5),
    case(
        "false-key",
        Possession,
        Refuse,
        "a false ServerKeyExchange",
        "RFC 8422 5.4",
        chains::false_key,
    )
    .only(Versions::Tls12),
    case(
        "false-key-tls13",
        Possession,
        Refuse,
        "a false CertificateVerify",
        "RFC 8446 4.4.3",
        chains::false_key,
    )
    .only(Versions::Tls13),
    case(
        "truncated",
        Encoding,
        Refuse,
        "a certificate that ends early",
        "RFC 5280 4.1",
        chains::truncated,
    ),
    case("garbled", Encoding, Refuse, "a garbled certificate", "RFC 5280 4.1", chains::garbled),
    case("tls10", Old, Refuse, "TLS 1.0 alone", "RFC 8996", chains::rsa_2048)
        .like(Played::FirstMessages(First::Tls10))
        .by_default_of(WITH_TLS10),
    case("rsa-key-exchange", Old, Refuse, "RSA key exchange", "RFC 9325 4.1", chains::rsa_2048)
        .like(Played::FirstMessages(First::RsaKeyExchange))
        .by_default_of(WITH_RSA_KEY_EXCHANGE),
    case(
        "unoffered-alpn",
        Old,
        Refuse,
        "an ALPN protocol that was not offered",
        "RFC 5246 7.4.1.4",
        chains::sound,
    )
    .like(Played::FirstMessages(First::UnofferedProtocol))
    .by_default_of(WITHOUT_ALPN),
    case("sound-tls13", Sound, Try, "a sound server with TLS 1.3 alone", "RFC 8446", chains::sound)
        .only(Versions::Tls13),
    case(
        "cross-signed",
        Rare,
        Try,
        "the CA's next root, cross-signed by the anchor",
        "RFC 5280 3.2",
        chains::next_root_cross_signed,
    ),
    case(
        "wrong-order",
        Rare,
        Try,
        "intermediates in the wrong order",
        "RFC 8446 4.4.2",
        chains::wrong_order,
    ),
    case(
        "unrelated-between",
        Rare,
        Try,
        "an unrelated certificate between",
        "RFC 8446 4.4.2",
        chains::unrelated_between,
    ),
    case("rsa-2048", Rare, Try, "an RSA key of 2048 bits", "RFC 8446 4.2.3", chains::rsa_2048),
    case("p384", Rare, Try, "a key on P-384", "RFC 8446 4.2.3", chains::p384),
    case("p521", Rare, Try, "a key on P-521", "RFC 8446 4.2.3", chains::p521),
    case("ed25519", Rare, Try, "an Ed25519 key", "RFC 8446 4.2.3", chains::ed25519),
    case("chain-12k", Rare, Try, "a chain of 12 KB", "RFC 8446 4.4.2", chains::long_12k),
    case("chain-60k", Rare, Try, "a chain of 60 KB", "RFC 8446 4.4.2", chains::long_60k),
    case("small-records", Rare, Try, "records cut small", "RFC 8446 5.1", chains::sound)
        .like(whole(Whole { record_octets: Some(SMALL_RECORD_OCTETS), ..USUAL })),
    case(
        "client-asked",
        Rare,
        Try,
        "a client certificate is requested",
        "RFC 8446 4.3.2",
        chains::sound,
    )
    .like(whole(Whole { client: ClientCertificate::Asked, ..USUAL })),
    case(
        "client-required",
        Rare,
        Try,
        "a client certificate is required",
        "RFC 8446 4.4.2.4",
        chains::sound,
    )
    .like(whole(Whole { client: ClientCertificate::Required, ..USUAL })),
    case("slow", Rare, Try, "a slow server", "", chains::sound)
        .like(whole(Whole { delay_ms: SLOW_MS, ..USUAL })),
    case("closing", Rare, Return, "a connection closed inside the handshake", "", chains::sound)
        .like(Played::Closing),
    case("sound-last", Sound, Connect, "a sound server", "", chains::sound),
];

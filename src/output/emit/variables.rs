//! The variables of a template.

use std::sync::Arc;

use minijinja::{
    Error, State, Value, context,
    value::{Object, ObjectRepr, from_args},
};

use super::{Identifier, esp_bundle, outside::Outside, sha1};
use crate::{
    output::bundle::{Bundle, Entry, KeyPossession, Role},
    text::{checksum, foreign::Foreign, time::Time},
    x509::certificate::{Certificate, Curve, Key},
};

/// The longest string literal that C99 requires a compiler to accept (section 5.2.4.1).
const MAX_C99_LITERAL: usize = 4095;

/// The longest string literal of Microsoft's compiler, its NUL included (error C2026); GCC and
/// Clang have no limit.
const MAX_LITERAL: usize = 65_535;

/// The variables of a template and their values; `(outside)` marks values that need a filter.
pub const VARIABLES: &[(&str, &str)] = &[
    ("name", "the name of the constant; `name(\"HOST\")` is that of a fact, in the same style"),
    ("name.is_upper", "whether the name is in capitals"),
    ("format", "the name of the format; `template` for a template of your own"),
    (
        "checksum",
        "the checksum of the output: certgrab replaces a file only if `Checksum: {{ checksum }}` in it still holds",
    ),
    ("host", "the server's name or address, or none for certificates of a file (outside)"),
    ("port", "the server's TCP port, or none"),
    (
        "is_of_a_list",
        "whether the certificates are for a list of targets, of which this is the first",
    ),
    ("is_followed", "whether they are for the servers behind a URL, of which this is the first"),
    (
        "lab_command",
        "the command of `certgrab lab` that plays the server, or none for any other server (outside)",
    ),
    ("target", "host and port as the command takes them, or none (outside)"),
    ("options", "the words of the options that led to these certificates and the name (outside)"),
    ("key_is_proven", "whether the server proved that it holds the key of its certificate"),
    ("pem", "the PEM text of all certificates, each line ended by a newline"),
    ("pem_lines", "its lines without their newlines"),
    ("pem_fits_a_literal", "whether it fits a string literal of any compiler, 65534 characters"),
    (
        "pem_fits_a_c99_literal",
        "whether it fits the limit that every C99 compiler supports, 4095 characters",
    ),
    ("not_before", "the latest notBefore of all certificates, in seconds since 1970"),
    ("not_after", "the earliest notAfter of all certificates, in seconds since 1970"),
    ("not_after_date", "its date, as in 2035-06-04"),
    ("esp_bundle", "the bundle of ESP-IDF, as the format `esp-bundle` (outside)"),
    ("certificates", "the certificates, in the order to write"),
    ("certificate.role", "anchor, backup, sibling, intermediate or leaf"),
    ("certificate.is_ca", "whether other certificates may be trusted through it"),
    ("certificate.subject", "its subject as RFC 4514 writes it (outside)"),
    ("certificate.issuer", "its issuer as RFC 4514 writes it (outside)"),
    ("certificate.serial", "its serial number in hexadecimal"),
    ("certificate.not_before", "its notBefore in RFC 3339"),
    ("certificate.not_after", "its notAfter in RFC 3339"),
    (
        "certificate.lasts_until",
        "the date until which it is expected to verify the server, or none",
    ),
    ("certificate.sha256", "its SHA-256 in hexadecimal"),
    ("certificate.sha256_bytes", "its SHA-256 (outside)"),
    ("certificate.sha1", "its SHA-1 in hexadecimal, or none without the feature `judge`"),
    (
        "certificate.openssl_hash",
        "its name in a folder of OpenSSL's, as in `4042bcee.0`, or none without the feature `judge`",
    ),
    ("certificate.key", "its key in words: `RSA 2048`, `EC P-384`"),
    ("certificate.signature", "the algorithm of the signature on it"),
    ("certificate.source", "where it was found (outside)"),
    ("certificate.reason", "why it was chosen, or none (outside)"),
    (
        "certificate.needed_by",
        "of a list of targets, or of the servers behind a URL, those that need it (outside)",
    ),
    ("certificate.pem_lines", "the lines of its PEM text"),
    ("certificate.der", "its DER (outside)"),
    ("certificate.subject_der", "its subject in DER (outside)"),
    ("certificate.spki_der", "its subjectPublicKeyInfo in DER (outside)"),
    ("certificate.spki_sha256", "the SHA-256 of its subjectPublicKeyInfo (outside)"),
    ("certificate.subject_contents", "its subject without the outer SEQUENCE (outside)"),
    ("certificate.spki_contents", "its key without the outer SEQUENCE (outside)"),
    ("certificate.constraints", "its nameConstraints without the SEQUENCE, or none (outside)"),
    ("certificate.key_kind", "rsa, ec or other"),
    ("certificate.modulus", "the modulus of an RSA key, else none (outside)"),
    ("certificate.exponent", "the exponent of an RSA key, else none (outside)"),
    ("certificate.curve", "the curve of an EC key as SEC 2 calls it, else none"),
    ("certificate.point", "the point of an EC key, else none (outside)"),
];

/// id-ce-nameConstraints (RFC 5280 section 4.2.1.10).
const NAME_CONSTRAINTS: &str = "2.5.29.30";
/// id-ce-basicConstraints (RFC 5280 section 4.2.1.9).
const BASIC_CONSTRAINTS: &str = "2.5.29.19";

/// The variables for one bundle.
pub(super) fn of(bundle: &Bundle, format: &str, name: &Identifier) -> Value {
    let pem = super::pem_text(bundle);
    let certificates = || bundle.entries.iter().map(|entry| &entry.certificate);
    let names = sha1::folder_names(bundle);
    let all: Vec<_> =
        bundle.entries.iter().zip(&names).map(|(entry, name)| certificate(entry, name)).collect();
    context! {
        name => Value::from_object(Name(name.clone())),
        format => format,
        checksum => checksum::EMPTY,
        host => bundle.has_a_server().then(|| text(&Foreign::text(&bundle.host))),
        port => bundle.has_a_server().then_some(bundle.port),
        target => bundle.has_a_server().then(|| text(&Foreign::text(&bundle.target()))),
        is_of_a_list => bundle.entries.iter().any(|entry| !entry.needed_by.is_empty()),
        is_followed => bundle.path.is_some(),
        lab_command => bundle.lab_command().map(|command| text(&Foreign::text(&command))),
        options => options(bundle, name),
        key_is_proven => bundle.key_possession == KeyPossession::Proven,
        pem_lines => lines(&pem),
        pem_fits_a_literal => pem.len() < MAX_LITERAL,
        pem_fits_a_c99_literal => pem.len() <= MAX_C99_LITERAL,
        pem => pem,
        not_before => certificates().map(|one| one.not_before().unix()).max(),
        not_after => certificates().map(|one| one.not_after().unix()).min(),
        not_after_date => certificates().map(crate::x509::certificate::Certificate::not_after).min().map(Time::date),
        esp_bundle => esp_bundle::indexed(bundle, "esp-bundle").ok().map(|whole| bytes(&whole)),
        certificates => all,
    }
}

/// The words between the target and the format, to run the command again.
fn options(bundle: &Bundle, name: &Identifier) -> Vec<Value> {
    let of_name = if *name == super::default_name(bundle) { Vec::new() } else { name.options() };
    let of_name = of_name.iter().map(|word| Foreign::text(word));
    bundle.options.iter().cloned().chain(of_name).map(|word| text(&word)).collect()
}

fn certificate(entry: &Entry, folder_name: &Option<String>) -> Value {
    let certificate = &entry.certificate;
    let (modulus, exponent, point) = match certificate.key() {
        Key::Rsa { modulus, exponent } => (Some(modulus), Some(exponent), None),
        Key::Ec { point, .. } => (None, None, Some(point)),
        Key::Other(_) | Key::Unknown(_) => (None, None, None),
    };
    context! {
        role => entry.role.word(),
        is_ca => entry.role != Role::Leaf && !says_no_ca(certificate),
        subject => text(&certificate.subject().text()),
        issuer => text(&certificate.issuer().text()),
        serial => certificate.serial(),
        not_before => certificate.not_before().to_string(),
        not_after => certificate.not_after().to_string(),
        lasts_until => entry.lasts_until.map(Time::date),
        sha256 => certificate.sha256().to_string(),
        sha256_bytes => bytes(&certificate.sha256().0),
        sha1 => sha1::of(certificate.der()),
        openssl_hash => folder_name,
        key => certificate.key().to_string(),
        signature => certificate.signature_algorithm().to_string(),
        source => text(&entry.source),
        reason => entry.reason.as_ref().map(text),
        needed_by => entry.needed_by.iter().map(text).collect::<Vec<_>>(),
        pem_lines => lines(&certificate.pem()),
        der => bytes(certificate.der()),
        subject_der => bytes(certificate.subject_der()),
        spki_der => bytes(certificate.spki_der()),
        spki_sha256 => bytes(&crate::x509::certificate::Sha256::of(certificate.spki_der()).0),
        subject_contents => bytes(contents(certificate.subject_der())),
        spki_contents => bytes(contents(certificate.spki_der())),
        constraints => name_constraints(certificate).map(bytes),
        key_kind => match certificate.key() {
            Key::Rsa { .. } => "rsa",
            Key::Ec { .. } => "ec",
            Key::Other(_) | Key::Unknown(_) => "other",
        },
        modulus => modulus.map(|value| bytes(value)),
        exponent => exponent.map(|value| bytes(value)),
        curve => curve(certificate.key()),
        point => point.map(|value| bytes(value)),
    }
}

/// The curves of BearSSL, by their names in SEC 2 version 2.
pub(super) fn curve(key: &Key) -> Option<&'static str> {
    Some(match key.curve()? {
        Curve::P256 => "secp256r1",
        Curve::P384 => "secp384r1",
        Curve::P521 => "secp521r1",
        _ => return None,
    })
}

/// The contents of nameConstraints, without its outer SEQUENCE.
pub(super) fn name_constraints(certificate: &Certificate) -> Option<&[u8]> {
    extension(certificate, NAME_CONSTRAINTS).map(contents)
}

fn extension<'a>(certificate: &'a Certificate, id: &str) -> Option<&'a [u8]> {
    let id = der::asn1::ObjectIdentifier::new(id).ok()?;
    certificate.extension(id).map(|(_, value)| value)
}

/// Whether basicConstraints is present without cA: a certificate that is only trusted for itself.
fn says_no_ca(certificate: &Certificate) -> bool {
    let constraints = extension(certificate, BASIC_CONSTRAINTS);
    constraints.is_some_and(|value| !contents(value).starts_with(b"\x01\x01\xff"))
}

/// The contents of a DER element of a certificate; empty for anything else.
pub(super) fn contents(element: &[u8]) -> &[u8] {
    crate::x509::der::Elements::of(element).next().map_or(&[], |element| element.value)
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn text(text: &Foreign) -> Value {
    Value::from_object(Outside::Text(text.clone()))
}

fn bytes(bytes: &[u8]) -> Value {
    Value::from_object(Outside::Bytes(bytes.to_vec()))
}

/// The name of the constant: itself when rendered, the name of a fact when called.
#[derive(Debug)]
struct Name(Identifier);

impl Object for Name {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str() == Some("is_upper")).then(|| Value::from(self.0.is_upper()))
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let (fact,): (&str,) = from_args(args)?;
        Ok(Value::from(self.0.with(fact)))
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str())
    }
}

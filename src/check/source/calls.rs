//! Which TLS stack a file's code uses, and what its functions read.

use std::collections::{HashMap, HashSet};

use super::{Language, Source};
use crate::stack::{self, Stack};

/// The most bytes of one call that are read: the longest of [`CALLS`] has five arguments, and this
/// allows a hundred for each.
const MAX_CALL_BYTES: usize = 512;
/// The most words of one call that are read, for arguments with a cast each.
const MAX_CALL_WORDS: usize = 16;
/// The most calls of one function that are read in a file: more than there are public roots.
const MAX_CALLS: usize = 1_000;

/// A function or a field for a constant.
struct Call {
    /// How it begins in the code.
    begins: &'static str,
    reads: Reads,
    /// How the length of a text must be counted, if there is a length.
    counts: Option<Counts>,
}

/// A constant that is passed to a function or a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Use {
    /// The function or the field.
    pub(crate) name: &'static str,
    /// What it reads.
    pub(crate) reads: Reads,
    /// How the length of a text must be counted, if there is a length.
    pub(crate) counts: Option<Counts>,
    /// How the code counts, if it does.
    pub(crate) given: Option<Given>,
    /// Whether it is for anchors only, never for the device's own certificate.
    pub(crate) takes_anchors: bool,
}

/// What a function reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reads {
    /// PEM up to a NUL.
    Pem,
    /// PEM with a NUL that must be inside the constant; DER too, if the function detects it.
    PemWithNul,
    /// DER.
    Der,
    /// DER, or PEM as a C string.
    Either,
    /// What `FILETYPE_PEM` or `FILETYPE_ASN1` among its arguments says.
    ByFileType,
    /// The binary certificate bundle of ESP-IDF.
    Bundle,
    /// The device's own certificate, in any form: not an anchor.
    Own,
}

/// How the length of PEM text must be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    /// With the NUL.
    Nul,
    /// Without the NUL.
    TextAlone,
    /// Without the NUL; a length with it is accepted too.
    TextRather,
}

/// How the code counts a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Given {
    /// `strlen(X)`: without the NUL.
    Strlen,
    /// `sizeof X - 1`: without the NUL, if `X` is an array.
    SizeofLessOne,
    /// `sizeof X`: with the NUL, if `X` is an array.
    Sizeof,
}

const fn call(begins: &'static str, reads: Reads) -> Call {
    Call { begins, reads, counts: None }
}

const fn counting(begins: &'static str, reads: Reads, counts: Counts) -> Call {
    Call { begins, reads, counts: Some(counts) }
}

/// What is known, from headers and documentation: mbedTLS counts the NUL (x509_crt.h), and so do ESP-IDF
/// (esp_tls.h, mqtt_client.h) and Zephyr, which pass the length on to it; the nRF91 modem and wolfSSL do
/// not, although wolfSSL 5.5 accepts it (measured).
const CALLS: [Call; 34] = [
    call("setCACert(", Reads::Pem),
    call("setRootCA(", Reads::Pem),
    call("pem_until_nul(", Reads::PemWithNul),
    call("X509::pem(", Reads::PemWithNul),
    call("X509::der(", Reads::Der),
    call("X509List", Reads::Either),
    counting("mbedtls_x509_crt_parse(", Reads::PemWithNul, Counts::Nul),
    call("mbedtls_x509_crt_parse_der(", Reads::Der),
    call("mbedtls_x509_crt_parse_der_nocopy(", Reads::Der),
    call("cert_pem=", Reads::Pem),
    counting("cert_len=", Reads::Either, Counts::Nul),
    counting("certificate_len=", Reads::Either, Counts::Nul),
    counting("cacert_bytes=", Reads::Either, Counts::Nul),
    counting("cacert_pem_bytes=", Reads::Either, Counts::Nul),
    counting("esp_tls_set_global_ca_store(", Reads::Either, Counts::Nul),
    counting("tls_credential_add(", Reads::Either, Counts::Nul),
    counting("modem_key_mgmt_write(", Reads::Pem, Counts::TextAlone),
    counting("wolfSSL_CTX_load_verify_buffer(", Reads::ByFileType, Counts::TextRather),
    call("setCACertBundle(", Reads::Bundle),
    call("arduino_esp_crt_bundle_set(", Reads::Bundle),
    call("esp_crt_bundle_set(", Reads::Bundle),
    counting("altcp_tls_create_config_client(", Reads::Either, Counts::Nul),
    counting("altcp_tls_create_config_client_2wayauth(", Reads::Either, Counts::Nul),
    counting("esp_eap_client_set_ca_cert(", Reads::Either, Counts::Nul),
    counting("esp_wifi_sta_wpa2_ent_set_ca_cert(", Reads::Either, Counts::Nul),
    call("cacert_buf=", Reads::Either),
    call("nx_secure_x509_certificate_initialize(", Reads::Der),
    call("wolfSSL_CTX_load_verify_buffer_ex(", Reads::ByFileType),
    call("setClientRSACert(", Reads::Own),
    call("setCertificate(", Reads::Own),
    call("client_cert_pem=", Reads::Own),
    call("clientcert_pem=", Reads::Own),
    call("clientcert_buf=", Reads::Own),
    call("authentication.certificate=", Reads::Own),
];

/// Functions and fields for anchors only. The others of [`CALLS`] parse certificates that the code then
/// uses for either side.
const FOR_ANCHORS: [&str; 7] = [
    "setCACert",
    "setRootCA",
    "cert_pem",
    "cacert_bytes",
    "cacert_pem_bytes",
    "esp_tls_set_global_ca_store",
    "wolfSSL_CTX_load_verify_buffer",
];
/// Words among the arguments that mean the same, of Zephyr and of the nRF91 modem.
const SAYS_ANCHOR: [&str; 2] =
    ["TLS_CREDENTIAL_CA_CERTIFICATE", "MODEM_KEY_MGMT_CRED_TYPE_CA_CHAIN"];
/// The function for the lists of certificates that are BearSSL's anchors.
const TRUSTS_LISTS: &str = "setTrustAnchors(";
/// Words around a list that do not name it.
const AROUND_LISTS: [&str; 3] = ["new", "BearSSL", "X509List"];

/// The stack that the code of `source` uses; `None` if nothing shows it.
pub(crate) fn of(source: &Source) -> Option<&'static Stack> {
    match source.language {
        Language::C => stack::used_by_source(&source.code, stack::SourceLanguage::C),
        Language::Rust => stack::used_by_source(&source.code, stack::SourceLanguage::Rust),
        Language::Python => stack::used_by_source(&source.code, stack::SourceLanguage::Python),
        Language::Yaml | Language::Data => None,
    }
}

/// What code does with its constants.
#[derive(Debug, Clone, Default)]
pub(crate) struct Uses {
    by_name: HashMap<String, Vec<Use>>,
}

impl Uses {
    /// Reads `code`, which has no comments and no literals, once for all names.
    pub(crate) fn of(code: &str) -> Self {
        let code = tight(code);
        let mut uses = Self { by_name: HashMap::new() };
        let trusted: HashSet<&str> = code
            .match_indices(TRUSTS_LISTS)
            .take(MAX_CALLS)
            .flat_map(|(at, begins)| words(arguments(&code[at + begins.len()..], begins)))
            .filter(|word| !AROUND_LISTS.contains(word))
            .collect();
        for known in &CALLS {
            for (at, _) in code.match_indices(known.begins).take(MAX_CALLS) {
                if !code[..at].ends_with(is_of_a_word) {
                    let arguments = arguments(&code[at + known.begins.len()..], known.begins);
                    uses.add(known, arguments, &trusted);
                }
            }
        }
        uses
    }

    /// Adds what `known` gets in `arguments`; BearSSL trusts the lists `trusted`.
    fn add(&mut self, known: &Call, arguments: &str, trusted: &HashSet<&str>) {
        let reads = match known.reads {
            Reads::ByFileType if arguments.contains("FILETYPE_PEM") => Reads::Pem,
            Reads::ByFileType if arguments.contains("FILETYPE_ASN1") => Reads::Der,
            Reads::ByFileType => Reads::Either,
            reads => reads,
        };
        let name = known.begins.trim_end_matches(['(', '=']);
        let takes_anchors = FOR_ANCHORS.contains(&name)
            || words(arguments).any(|word| SAYS_ANCHOR.contains(&word) || trusted.contains(word));
        for word in words(arguments) {
            let given = known.counts.and_then(|_| given(arguments, word));
            let used = Use { name, reads, counts: known.counts, given, takes_anchors };
            let uses = self.by_name.entry(word.to_owned()).or_default();
            if !uses.contains(&used) {
                uses.push(used);
            }
        }
    }

    /// The names that are passed to something.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// Whether the code passes nothing to anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Adds what `other` does with the constant called `name`.
    pub(crate) fn take(&mut self, name: &str, other: &Self) {
        let uses = self.by_name.entry(name.to_owned()).or_default();
        for used in other.of_constant(name) {
            if !uses.contains(used) {
                uses.push(*used);
            }
        }
    }

    /// Adds all that `other` does.
    pub(crate) fn add_all(&mut self, other: &Self) {
        other.names().for_each(|name| self.take(name, other));
    }

    /// What the constant called `name` is passed to.
    pub(crate) fn of_constant(&self, name: &str) -> &[Use] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The names in the first words of `code`.
fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|letter| !is_of_a_word(letter))
        .filter(|word| !word.is_empty())
        .take(MAX_CALL_WORDS)
        .filter(|word| word.starts_with(|first: char| first.is_alphabetic() || first == '_'))
}

fn is_of_a_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// `code` without the blanks that do not separate words.
fn tight(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    for word in code.split_whitespace() {
        if word.starts_with(is_of_a_word) && out.ends_with(is_of_a_word) {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The arguments of a call or a field that begins before `rest`: up to its closing bracket, the next
/// field, or the end of the statement, and no more than [`MAX_CALL_BYTES`].
fn arguments<'a>(rest: &'a str, begins: &str) -> &'a str {
    let mut depth = 0;
    let is_end = |(at, letter): &(usize, char)| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        *letter == ';'
            || *at >= MAX_CALL_BYTES
            || match begins.as_bytes().last() {
                Some(b'(') => depth < 0,
                Some(b'=') => depth < 0 || (depth == 0 && matches!(letter, ',' | '}')),
                // A declaration: `X509List list(CA)`, `X509List list{CA}`.
                _ => depth <= 0 && matches!(letter, ')' | '}'),
            }
    };
    let end = rest.char_indices().find(is_end).map_or(rest.len(), |(at, _)| at);
    &rest[..end]
}

/// How `arguments` count the constant called `name`.
fn given(arguments: &str, name: &str) -> Option<Given> {
    for (at, _) in arguments.match_indices("strlen(") {
        let rest = &arguments[at + "strlen(".len()..];
        if let Some(after) = after_word(rest, name).and_then(|after| after.strip_prefix(')')) {
            return (!after.starts_with("+1")).then_some(Given::Strlen);
        }
    }
    for (at, _) in arguments.match_indices("sizeof") {
        let rest = arguments[at + "sizeof".len()..].trim_start_matches([' ', '(']);
        if let Some(after) = after_word(rest, name) {
            let after = after.trim_start_matches(')');
            return Some(match after.starts_with("-1") {
                true => Given::SizeofLessOne,
                false => Given::Sizeof,
            });
        }
    }
    None
}

/// What follows the word `name` at the beginning of `text`.
fn after_word<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.strip_prefix(name).filter(|after| !after.starts_with(is_of_a_word))
}

/// The words that show that code uses certificates.
pub(crate) fn signs() -> impl Iterator<Item = &'static str> {
    let calls = CALLS.iter().map(|call| call.begins.trim_end_matches(['(', '=']));
    calls.chain([TRUSTS_LISTS.trim_end_matches('(')])
}

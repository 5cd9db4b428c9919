//! Whether a constant is in the form that the functions it is passed to read.
//!
//! In: a [`Constant`] with an anchor, and the code around it. Out: findings.

use super::{
    Findings, Severity,
    der_form::first_certificate,
    source::{
        Constant, Form, Language, Source,
        calls::{Counts, Given, Reads, Use},
    },
};
use crate::{
    stack::{Library, Stack},
    text::count::counted,
    x509::certificate::Certificate,
};

/// What is wrong with DER that begins with `certificate` and continues with `rest`.
pub(crate) fn look_at_der(
    source: &Source,
    constant: &Constant,
    certificate: &Certificate,
    rest: &[u8],
) -> Findings {
    let mut found = Findings::default();
    let subject = super::named(certificate);
    let line = constant.line(0);
    if first_certificate(rest).is_some() {
        found.find(
            line,
            Severity::Error,
            "der-several",
            format!(
                "several concatenated DER certificates: readers use only the first, `{subject}`"
            ),
            Some("put each in its own constant, or use PEM".to_owned()),
        );
    } else if !rest.is_empty() {
        let bytes = counted(rest.len(), "byte");
        found.find(
            line,
            Severity::Error,
            "der-trailing-bytes",
            format!("{bytes} after the end of `{subject}`: mbedTLS 3.5 and later reject it"),
            Some(format!("pass only the first {} bytes", constant.bytes.len() - rest.len())),
        );
    }
    let Some(name) = &constant.name else { return found };
    let used = source.uses.of_constant(name);
    found = found.and(look_at_pointer(constant, name, used));
    // mbedTLS's general function detects the form.
    let reads_pem = |used: &&Use| {
        matches!(used.reads, Reads::Pem | Reads::PemWithNul)
            && used.name != "mbedtls_x509_crt_parse"
    };
    if let Some(Use { name: call, .. }) = used.iter().find(reads_pem) {
        found.find(
            line,
            Severity::Error,
            "wrong-form",
            format!("`{call}` expects PEM, but `{name}` contains DER"),
            Some("convert the constant to PEM".to_owned()),
        );
    }
    found
}

/// What is wrong with the use of a constant with PEM certificates that `stack` reads.
pub(crate) fn look_at_pem_use(
    source: &Source,
    constant: &Constant,
    stack: Option<&'static Stack>,
) -> Findings {
    let mut found = Findings::default();
    let ends_in_nul = constant.nul_follows || constant.bytes.last() == Some(&0);
    let last_line = constant.line(constant.bytes.len().saturating_sub(1));
    let used = constant.name.as_deref().map_or(&[][..], |name| source.uses.of_constant(name));
    let name = constant.name.as_deref().unwrap_or("the constant");
    if let Some(Use { name: call, .. }) = used.iter().find(|used| used.reads == Reads::Der) {
        found.find(
            constant.line(0),
            Severity::Error,
            "wrong-form",
            format!("`{call}` expects DER, but `{name}` contains PEM"),
            Some("convert the constant to DER".to_owned()),
        );
    }
    if let Some(Use { name: call, .. }) = used.iter().find(|used| used.reads == Reads::Bundle) {
        found.find(
            constant.line(0),
            Severity::Error,
            "wrong-form",
            format!("`{call}` expects a binary certificate bundle, but `{name}` contains PEM"),
            Some("pass it to `setCACert`, or make a bundle: `--emit esp-bundle`".to_owned()),
        );
    }
    let wants_nul = used.iter().any(|known| known.reads == Reads::PemWithNul);
    let bare_array = constant.form == Form::Numbers && source.language == Language::C;
    if !ends_in_nul && (wants_nul || bare_array) {
        let sure = wants_nul || stack.map(Stack::library) == Some(Library::MbedTls);
        found.find(
            last_line,
            if sure { Severity::Error } else { Severity::Warning },
            "pem-no-nul",
            format!("`{name}` is PEM without a terminating NUL, which mbedTLS requires"),
            Some("end it with `\\0`".to_owned()),
        );
    } else if ends_in_nul {
        let of_pointer = look_at_pointer(constant, name, used);
        let of_count = match of_pointer.is_empty() {
            true => look_at_count(constant, name, used),
            false => of_pointer,
        };
        found = found.and(of_count);
    }
    found
}

/// Where the length of `constant`, which ends in a NUL, is counted differently than expected.
fn look_at_count(constant: &Constant, name: &str, used: &[Use]) -> Findings {
    let mut found = Findings::default();
    for Use { name: call, counts, given, .. } in used {
        match (counts, given) {
            (Some(Counts::Nul), Some(Given::Strlen | Given::SizeofLessOne)) => found.find(
                constant.line(0),
                Severity::Error,
                "pem-nul-not-counted",
                format!("the length given to `{call}` must include the NUL at the end of `{name}`"),
                Some(format!("pass `sizeof {name}`, or `strlen({name}) + 1`")),
            ),
            (Some(counts @ (Counts::TextAlone | Counts::TextRather)), Some(Given::Sizeof)) => {
                found.find(
                    constant.line(0),
                    if *counts == Counts::TextAlone { Severity::Error } else { Severity::Note },
                    "pem-nul-counted",
                    format!(
                        "the length given to `{call}` must not include the NUL at the end of `{name}`"
                    ),
                    Some(format!("pass `sizeof {name} - 1`, or `strlen({name})`")),
                );
            }
            _ => {}
        }
    }
    found
}

/// Where the code uses the size of a pointer instead of the size of its target.
fn look_at_pointer(constant: &Constant, name: &str, used: &[Use]) -> Findings {
    let mut found = Findings::default();
    let is_sizeof = |used: &&Use| matches!(used.given, Some(Given::Sizeof | Given::SizeofLessOne));
    let Some(Use { name: call, .. }) = used.iter().find(is_sizeof) else { return found };
    if constant.is_pointer {
        found.find(
            constant.line(0),
            Severity::Error,
            "size-of-pointer",
            format!(
                "`{name}` is a pointer: `{call}` gets the size of the pointer, not of the text"
            ),
            Some(format!("declare it as an array: `const char {name}[]`")),
        );
    }
    found
}

//! Texts that lose their NUL on the way to mbedTLS.
//!
//! In: the code of a file. Out: findings, each where the text ends.

use super::error;
use crate::check::{Finding, pem_text, source::Source};

/// Words that show .NET nanoFramework, whose `X509Certificate(string)` adds the NUL and whose
/// `X509Certificate(byte[])` passes the bytes on unchanged (nanoframework/System.Net,
/// X509Certificate.cs).
const NANO_FRAMEWORK: [&str; 3] = ["nanoFramework", "HttpsAuthentCert", "AddCaCertificateBundle("];

/// How code converts a text to bytes.
const TO_BYTES: &str = "GetBytes(";

/// The most places of these that are compared with each constant: no program has as many.
const MAX_PLACES: usize = 64;

/// Where PEM is passed to nanoFramework as bytes without a NUL.
pub(super) fn bytes_without_nul(source: &Source) -> Vec<Finding> {
    let code = &source.tight;
    if !NANO_FRAMEWORK.iter().any(|word| code.text().contains(word)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for constant in source.constants.iter().filter(|one| pem_text::is_pem(one)) {
        let Some(name) = constant.name.as_deref().filter(|_| constant.bytes.last() != Some(&0))
        else {
            continue;
        };
        let is_converted = code.find(TO_BYTES).take(MAX_PLACES).any(|at| {
            let argument = code.arguments(at + TO_BYTES.len());
            let path =
                code.text()[..at].trim_end_matches(|one: char| one.is_alphanumeric() || one == '.');
            let is_made_of_it = argument.rsplit('.').next() == Some(name);
            is_made_of_it || argument.starts_with('"') && path.ends_with(&format!("{name}="))
        });
        if is_converted {
            let line = constant.line(constant.bytes.len().saturating_sub(1));
            let message = format!(
                "`{name}` is PEM in bytes without a NUL: mbedTLS in nanoFramework does not read it"
            );
            let action = "pass the string to `X509Certificate`, or end the text with `\\0`";
            found.push(error(line, "pem-no-nul", message, action));
        }
    }
    found
}

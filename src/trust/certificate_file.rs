//! Certificates in files, in the formats that people use.

use std::path::Path;

use memchr::memmem;

use super::{
    error::{Error, MAX_ROOTS, MAX_ROOTS_BYTES},
    unsupported_format::Format,
};
use crate::{
    text::{bounded_file, foreign::Foreign, near::is_near},
    x509::{certificate::Certificate, der::Elements, pem_damage, pkcs7, signature, unframed},
};

/// The most labels of PEM blocks that are named if none is a certificate.
const MAX_LABELS: usize = 4;

/// How a PEM block begins (RFC 7468 section 2).
const BEGIN: &[u8] = b"-----BEGIN ";

/// How every block ends.
const CLOSE: &[u8] = b"-----END ";

/// How the block of a certificate ends.
const END: &[u8] = b"-----END CERTIFICATE-----";

/// The certificates in `content`, which came from `path`: a PEM file (any text around the blocks), a DER
/// file, or a PKCS#7 file in either encoding. A PKCS#7 file has no order, so the certificate that issued
/// no other comes first.
///
/// # Errors
///
/// The content is over a limit, or has something other than certificates.
pub fn certificates_in(content: &[u8], path: &Path) -> Result<Vec<Certificate>, Error> {
    let found = read(content, path)?.into_iter().map(|block| match block {
        Block::Certificate(certificate) => Ok(certificate),
        Block::Unreadable { error, .. } | Block::Damaged(error) => Err(error),
    });
    found.collect()
}

/// The certificates in `content` that can be read, and why others cannot; at least one can.
///
/// # Errors
///
/// See [`certificates_in`].
pub(super) fn roots_in(
    content: &[u8],
    path: &Path,
) -> Result<(Vec<Certificate>, Vec<Error>), Error> {
    let (mut certificates, mut problems) = (Vec::new(), Vec::new());
    for block in read(content, path)? {
        match block {
            Block::Certificate(certificate) => certificates.push(certificate),
            Block::Unreadable { error, .. } | Block::Damaged(error) => problems.push(error),
        }
    }
    match (certificates.is_empty(), problems.is_empty()) {
        (true, false) => Err(problems.swap_remove(0)),
        _ => Ok((certificates, problems)),
    }
}

/// The DER of the certificates in `content`, which came from `path`, including those that cannot be read:
/// a chain as a server sends it.
///
/// # Errors
///
/// See [`certificates_in`].
pub fn chain_in(content: &[u8], path: &Path) -> Result<Vec<Vec<u8>>, Error> {
    let ders = read(content, path)?.into_iter().map(|block| match block {
        Block::Certificate(certificate) => Ok(certificate.der().to_vec()),
        Block::Unreadable { der, .. } => Ok(der),
        Block::Damaged(error) => Err(error),
    });
    ders.collect()
}

pub(super) fn content_of(path: &Path) -> Result<Vec<u8>, Error> {
    bounded_file::read(path, MAX_ROOTS_BYTES)
        .map_err(|error| Error::Unreadable { path: path.to_owned(), error })
}

/// A part of a file that is, or should be, a certificate.
enum Block {
    /// A certificate.
    Certificate(Certificate),
    /// Bytes that cannot be read as a certificate.
    Unreadable { der: Vec<u8>, error: Error },
    /// A PEM block that does not contain exactly one certificate, or cannot be decoded.
    Damaged(Error),
}

/// The blocks of a file, at least one and [`MAX_ROOTS`] at most.
fn read(content: &[u8], path: &Path) -> Result<Vec<Block>, Error> {
    if let Some(format) = Format::of(content) {
        return Err(Error::OtherFormat { path: path.to_owned(), format });
    }
    let (mut blocks, mut labels) = (Vec::new(), Vec::new());
    if content.first() == Some(&0x30) {
        match message(content, path)? {
            Some(certificates) => blocks.extend(certificates.into_iter().map(Block::Certificate)),
            None => blocks.push(certificate(content, 1, path)),
        }
    } else {
        let texts: Vec<_> = pem_blocks(content).collect();
        let before = content.len() - texts.iter().map(|text| text.len()).sum::<usize>();
        blocks.extend(without_boundaries(&content[..before], 1, path));
        for (index, text) in texts.into_iter().enumerate() {
            let label = label(text);
            match &label {
                Some(label) => blocks.extend(pem_block(text, label, index + 1, path)?),
                None => {
                    blocks.push(damaged(path, index + 1, "its BEGIN line is damaged or missing"));
                }
            }
            if blocks.len() > MAX_ROOTS {
                return Err(Error::TooMany(path.to_owned()));
            }
            let label = Foreign::bytes(&label.unwrap_or_default());
            if labels.len() < MAX_LABELS && !labels.contains(&label) {
                labels.push(label);
            }
            blocks.extend(without_boundaries(behind(text), index + 2, path));
        }
    }
    if blocks.is_empty() {
        return Err(Error::Empty { path: path.to_owned(), labels });
    }
    Ok(blocks)
}

/// The text of each PEM block, up to the start of the next. A block whose first line is damaged or
/// missing counts too, so the next certificate does not get its position.
fn pem_blocks(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut starts = Vec::new();
    let mut line_start = 0;
    let mut is_open = false;
    for line in content.split_inclusive(|byte| matches!(byte, b'\r' | b'\n')) {
        // Base64 has no hyphens, and nearly all lines are Base64.
        let dashed = if line.contains(&b'-') { line } else { &[] };
        let within = dashed.windows(BEGIN.len()).enumerate();
        let begins = within.filter(|(_, bytes)| *bytes == BEGIN).map(|(at, _)| line_start + at);
        let before = starts.len();
        starts.extend(begins);
        let has = |boundary| !dashed.is_empty() && memmem::find(dashed, boundary).is_some();
        let ends = has(END);
        let begins_none = starts.len() == before;
        let is_bare = !is_open && (ends || is_bare_base64(line));
        if begins_none && (is_bare || is_damaged_begin(line)) {
            starts.push(line_start);
        }
        let closes = ends || has(CLOSE);
        is_open = (is_open || starts.len() > before) && !closes;
        line_start += line.len();
    }
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([content.len()]).collect();
    starts.into_iter().zip(ends).map(|(start, end)| &content[start..end])
}

/// The text in `block` after its END line.
fn behind(block: &[u8]) -> &[u8] {
    let end = memmem::find(block, CLOSE).unwrap_or(block.len());
    let rest = &block[end..];
    &rest[memchr::memchr(b'\n', rest).unwrap_or(rest.len())..]
}

/// The certificate in `text` between blocks that has no boundaries; it counts, so the next one does not
/// get its position.
fn without_boundaries(text: &[u8], position: usize, path: &Path) -> Option<Block> {
    let found = unframed::first(text)?;
    let problem = match found.form {
        "Base64" => "it is Base64 without a BEGIN and an END line",
        "hexadecimal" => "it is hexadecimal without a BEGIN and an END line",
        _ => "it is an array of numbers",
    };
    Some(damaged(path, position, problem))
}

/// Whether `line` is the first of a certificate in Base64: a SEQUENCE with two bytes of length.
fn is_bare_base64(line: &[u8]) -> bool {
    /// Words in prose are shorter, and encoders write no shorter lines except the last.
    const FEWEST: usize = 32;
    let line = line.trim_ascii();
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    line.starts_with(b"MII") && line.len() >= FEWEST && line.iter().all(is_base64)
}

/// The labels of the PEM blocks in `content` that are not certificates, each once and a few at most.
#[must_use]
pub fn other_labels(content: &[u8]) -> Vec<Foreign> {
    let mut labels = Vec::new();
    for label in pem_blocks(content).filter_map(label) {
        let is_read = matches!(&*label, b"PKCS7" | b"CMS") || is_certificate_label(&label);
        let label = Foreign::bytes(&label);
        if !is_read && labels.len() < MAX_LABELS && !labels.contains(&label) {
            labels.push(label);
        }
    }
    labels
}

/// The most letters of the label that are missing, added or wrong in a damaged one.
const MAX_WRONG_LETTERS: usize = 3;

/// Whether `line` is almost BEGIN CERTIFICATE and nothing else.
fn is_damaged_begin(line: &[u8]) -> bool {
    let is_around = |byte: &u8| !byte.is_ascii_graphic() || matches!(byte, b'-' | b'_' | b'=');
    // A line of Base64 is longer; its rest need not be read.
    let most_letters = BEGINS[BEGINS.len() - 1].len() + MAX_WRONG_LETTERS;
    if line.iter().filter(|byte| !is_around(byte)).nth(most_letters).is_some() {
        return false;
    }
    let Some(first) = line.iter().position(|byte| !is_around(byte)) else { return false };
    let last = line.iter().rposition(|byte| !is_around(byte)).unwrap_or(first);
    let letters: Vec<u8> =
        line[first..=last].iter().copied().filter(|byte| *byte != b' ').collect();
    let words = String::from_utf8_lossy(&letters);
    BEGINS.iter().any(|begin| is_near(&words, begin, MAX_WRONG_LETTERS))
}

/// The labels of certificates without their spaces.
const LABELS: [&str; 3] = ["CERTIFICATE", "X509CERTIFICATE", "TRUSTEDCERTIFICATE"];

/// The same after BEGIN, the longest last.
const BEGINS: [&str; 3] = ["BEGINCERTIFICATE", "BEGINX509CERTIFICATE", "BEGINTRUSTEDCERTIFICATE"];

/// Whether `label` is almost that of a certificate.
fn is_certificate_label(label: &[u8]) -> bool {
    let letters: Vec<u8> = label.iter().copied().filter(|byte| *byte != b' ').collect();
    let letters = String::from_utf8_lossy(&letters);
    LABELS.iter().any(|label| is_near(&letters, label, MAX_WRONG_LETTERS))
}

fn damaged(path: &Path, position: usize, problem: &str) -> Block {
    let problem = format!("not a PEM certificate: {problem}");
    Block::Damaged(Error::Malformed { path: path.to_owned(), position, problem })
}

/// The label of a block that begins with [`BEGIN`]; `None` if its first line is damaged.
fn label(block: &[u8]) -> Option<Vec<u8>> {
    let label = block.strip_prefix(BEGIN)?;
    Some(label.iter().copied().take_while(|byte| !matches!(byte, b'-' | b'\r' | b'\n')).collect())
}

/// The certificates of the PEM block `text` with the label `label`, the one at `position`.
fn pem_block(text: &[u8], label: &[u8], position: usize, path: &Path) -> Result<Vec<Block>, Error> {
    // RFC 7468 section 5.1 names CERTIFICATE, sections 8 and 9 PKCS7 and CMS; the others are from
    // OpenSSL (`x509 -trustout`) and old versions of it.
    let is_message = matches!(label, b"PKCS7" | b"CMS");
    let is_trusted = label == b"TRUSTED CERTIFICATE";
    if !is_message && !is_trusted && !matches!(label, b"CERTIFICATE" | b"X509 CERTIFICATE") {
        if is_certificate_label(label) {
            return Ok(vec![damaged(path, position, "its BEGIN line is damaged")]);
        }
        return Ok(Vec::new());
    }
    let contents = match pem::parse(text) {
        Ok(block) => block.into_contents(),
        Err(error) => {
            return Ok(vec![damaged(path, position, pem_damage::of(&error))]);
        }
    };
    if is_message {
        return Ok(match message(&contents, path)? {
            Some(certificates) => certificates.into_iter().map(Block::Certificate).collect(),
            None => {
                let problem = "not a PKCS#7 message".to_owned();
                vec![Block::Damaged(Error::Malformed { path: path.to_owned(), position, problem })]
            }
        });
    }
    Ok(vec![match certificate(&contents, position, path) {
        Block::Unreadable { .. } if is_trusted => {
            let is_rejected = is_rejected_for_servers(&contents);
            Block::Damaged(Error::Trusted { path: path.to_owned(), position, is_rejected })
        }
        block => block,
    }])
}

/// Whether the trust settings after a certificate (OpenSSL's `X509_CERT_AUX`) reject it for servers or
/// for all purposes.
fn is_rejected_for_servers(contents: &[u8]) -> bool {
    /// The identifier octet of `reject`, a list of purposes.
    const REJECT: u8 = 0xa0;
    /// id-kp-serverAuth and anyExtendedKeyUsage (RFC 5280 section 4.2.1.12).
    const PURPOSES: [&[u8]; 2] = [b"\x2b\x06\x01\x05\x05\x07\x03\x01", b"\x55\x1d\x25\x00"];
    let Some(settings) = Elements::of(contents).nth(1) else { return false };
    let rejected = Elements::of(settings.value).find(|part| part.class == REJECT);
    rejected.is_some_and(|list| Elements::of(list.value).any(|one| PURPOSES.contains(&one.value)))
}

fn certificate(der: &[u8], position: usize, path: &Path) -> Block {
    match signature::certificate(der) {
        Ok(certificate) => Block::Certificate(certificate),
        Err(error) => Block::Unreadable {
            der: der.to_vec(),
            error: Error::Malformed { path: path.to_owned(), position, problem: error.to_string() },
        },
    }
}

/// The certificates of a PKCS#7 message; `None` if `content` is not one.
///
/// # Errors
///
/// It has too many certificates, or is cut off: the missing one may be the leaf.
fn message(content: &[u8], path: &Path) -> Result<Option<Vec<Certificate>>, Error> {
    // One more than the limit, to detect that there are more.
    match pkcs7::certificates(content, MAX_ROOTS + 1) {
        Some(found) if found.len() > MAX_ROOTS => Err(Error::TooMany(path.to_owned())),
        Some(_) if is_cut_off(content) => {
            let problem = "a PKCS#7 message that is cut off".to_owned();
            Err(Error::Malformed { path: path.to_owned(), position: 1, problem })
        }
        Some(found) => Ok(Some(leaf_first(found))),
        None => Ok(None),
    }
}

/// Whether `der` is shorter than the header of its first element says; false for an indefinite length
/// (X.690 section 8.1.3).
fn is_cut_off(der: &[u8]) -> bool {
    let Some((header, rest)) = der.split_at_checked(2) else { return true };
    match header[1] {
        0x80 => false,
        short @ ..0x80 => rest.len() < usize::from(short),
        long => {
            let octets = usize::from(long & 0x7f);
            let length = rest.get(..octets).unwrap_or_default();
            let length = length
                .iter()
                .fold(0_usize, |sum, byte| sum.saturating_mul(256) + usize::from(*byte));
            rest.len() < octets + length
        }
    }
}

/// Moves a certificate that issued none of the others, by name, to the front.
fn leaf_first(mut certificates: Vec<Certificate>) -> Vec<Certificate> {
    if let Some(position) = certificates.iter().position(|one| one.issued_none_of(&certificates)) {
        certificates[..=position].rotate_right(1);
    }
    certificates
}

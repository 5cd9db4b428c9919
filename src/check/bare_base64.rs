//! Certificates and PEM texts in Base64 without boundaries.
//!
//! In: the bytes of a file in which nothing else was found: a Kubernetes Secret, an NVS table, a string
//! for `a2b_base64`. Out: the anchors in it, at the line where the Base64 begins.

use super::{
    anchors::{self, Contents},
    der_form::{begins_as_certificate, first_certificate, whole_length},
    placeholder::FEWEST_DIGITS,
    source::{Constant, Form, Source, lines::Lines},
};
use crate::{
    stack::{Stack, pem::base64_digit},
    trust::store::MAX_ROOTS,
};

/// How the Base64 of a certificate in DER begins: a SEQUENCE with two bytes of length (X.690 section
/// 8.1.3.5).
const DER: &[u8] = b"MII";
/// How the Base64 of `-----BEGIN` begins.
const PEM: &[u8] = b"LS0tLS1CRUdJTi";

/// How many times the digits of a file may be read if each of its lines begins like a certificate.
const MOST_TIMES: usize = 8;

/// The anchors in Base64 in `content`, which `stack` reads.
pub(super) fn contents(content: &[u8], stack: Option<&'static Stack>) -> Contents {
    let mut all = Contents { stack, ..Contents::default() };
    let (mut at, mut line) = (0, 1);
    let mut budget = content.len().saturating_mul(MOST_TIMES);
    while at < content.len() && all.anchors.len() < MAX_ROOTS && budget > 0 {
        let rest = &content[at..];
        let begins = !at.checked_sub(1).is_some_and(|before| is_base64(content[before]));
        let digits = if begins { digits(rest) } else { Vec::new() };
        budget = budget.saturating_sub(digits.len());
        if digits.len() >= FEWEST_DIGITS
            && let Some(bytes) = decoded(&digits)
        {
            let (found, used) = read(bytes, line, stack);
            all = all.and(found);
            if used > 0 {
                let passed = used.min(rest.len());
                line += rest[..passed].iter().filter(|byte| **byte == b'\n').count();
                at += passed;
                continue;
            }
        }
        line += usize::from(rest[0] == b'\n');
        at += 1;
    }
    all
}

/// The content of `bytes`, whose Base64 begins on `line`, and the minimum number of digits used.
fn read(bytes: Vec<u8>, line: usize, stack: Option<&'static Stack>) -> (Contents, usize) {
    let lines = Lines::all_on(line, bytes.len());
    let whole = bytes.len();
    let (bytes, used) = match first_certificate(&bytes) {
        Some((certificate, rest)) => (certificate.der().to_vec(), (whole - rest.len()) / 3 * 4),
        None if bytes.starts_with(b"-----BEGIN ") => (bytes, whole / 3 * 4),
        // Truncated data may continue in another literal; complete data that cannot be read is damaged.
        None => match whole_length(&bytes).filter(|_| begins_as_certificate(&bytes)) {
            Some(length) => (bytes, length / 3 * 4),
            None => return (Contents::default(), 0),
        },
    };
    let constant = Constant {
        name: None,
        form: Form::Block,
        bytes,
        lines,
        nul_follows: false,
        is_pointer: false,
    };
    (anchors::contents(&Source::of_data(vec![constant]), stack), used)
}

/// The digits of the certificate or the PEM text whose Base64, with blanks in it, `content` begins with: no
/// more than the certificate has by its length.
fn digits(content: &[u8]) -> Vec<u8> {
    let most = match content {
        _ if content.starts_with(PEM) => usize::MAX,
        _ if content.starts_with(DER) => most_digits(content),
        _ => return Vec::new(),
    };
    let is_of_it = |byte: &u8| is_base64(*byte) || byte.is_ascii_whitespace() || *byte == b'=';
    let run = content.iter().copied().take_while(is_of_it);
    run.filter(|byte| is_base64(*byte)).take(most).collect()
}

/// The digits of a SEQUENCE with two bytes of length whose Base64 `content` begins with.
fn most_digits(content: &[u8]) -> usize {
    let first: Vec<u8> = content.iter().copied().filter(|byte| is_base64(*byte)).take(8).collect();
    let length = match decoded(&first).as_deref() {
        Some([_, _, high, low, ..]) => usize::from(u16::from_be_bytes([*high, *low])),
        _ => return 0,
    };
    (length + 4).div_ceil(3) * 4
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// The complete bytes in `digits`, which contains only digits.
fn decoded(digits: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in digits {
        bits = (bits << 6 | u32::from(base64_digit(*digit)?)) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_is_read_up_to_the_length_of_a_certificate() {
        // A SEQUENCE of 0x377 bytes, and a long run after it.
        let run = ["MIIDdzCCAl+g", &"A".repeat(100_000)].concat();
        assert_eq!(digits(run.as_bytes()).len(), (0x377_usize + 4).div_ceil(3) * 4);
        assert_eq!(digits(b"MIIDdzCCAl+g \"").len(), 12);
        assert!(digits(b"MII").is_empty() && digits(b"AAAA").is_empty());
        let pem = ["LS0tLS1CRUdJTi", &"A".repeat(1_000)].concat();
        assert_eq!(digits(pem.as_bytes()).len(), pem.len());
    }
}

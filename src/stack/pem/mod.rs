//! How TLS stacks decode PEM text.
//!
//! In: the bytes that a stack gets. Out: the contents of the certificates that its decoder finds, and
//! whether it stopped at an error. The behaviour of each was read in its source and is compared with the
//! real library by a differential test.

mod bearssl;
mod openssl;

/// A decoder of PEM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decoder {
    /// mbedTLS 2.28 and 3.6: `mbedtls_x509_crt_parse`, with the NUL counted.
    Mbedtls,
    /// BearSSL 0.6: `br_pem_decoder_push`.
    Bearssl,
    /// BearSSL as in the ESP8266 core: carriage returns are skipped, and a line break is added
    /// (`pemdec.t0` of its fork, `BearSSLHelpers.cpp`).
    Esp8266,
    /// OpenSSL 3.0: `PEM_read_bio_X509` until there is no further block.
    Openssl,
}

/// The result of a decoder for a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Decoded {
    /// The contents of the blocks of certificates, in order.
    pub(crate) contents: Vec<Vec<u8>>,
    /// Whether a block could not be decoded.
    pub(crate) is_failed: bool,
}

/// The result of `decoder` for `text`, which ends before its first NUL.
pub(crate) fn decode(decoder: Decoder, text: &[u8]) -> Decoded {
    let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
    let text = &text[..end];
    match decoder {
        Decoder::Mbedtls => mbedtls(text),
        Decoder::Bearssl => bearssl::decode(text),
        Decoder::Esp8266 => {
            let mut fed: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'\r').collect();
            fed.push(b'\n');
            bearssl::decode(&fed)
        }
        Decoder::Openssl => openssl::decode(text),
    }
}

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END: &[u8] = b"-----END CERTIFICATE-----";

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

/// The value of a digit of Base64.
pub(crate) fn base64_digit(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

/// `mbedtls_x509_crt_parse` and `mbedtls_pem_read_buffer`.
fn mbedtls(mut text: &[u8]) -> Decoded {
    let mut decoded = Decoded::default();
    while let Some(begin) = find(text, BEGIN) {
        let Some(end) = find(text, END).filter(|end| *end > begin) else { break };
        let mut start = begin + BEGIN.len();
        start += usize::from(text.get(start) == Some(&b' '));
        start += usize::from(text.get(start) == Some(&b'\r'));
        if text.get(start) != Some(&b'\n') {
            break;
        }
        start += 1;
        let mut next = end + END.len();
        for blank in [b' ', b'\r', b'\n'] {
            next += usize::from(text.get(next) == Some(&blank));
        }
        match text.get(start..end).and_then(mbedtls_base64) {
            Some(contents) => decoded.contents.push(contents),
            None => decoded.is_failed = true,
        }
        text = &text[next..];
    }
    // The remainder was meant as a block.
    decoded.is_failed |= find(text, BEGIN).is_some();
    decoded
}

/// `mbedtls_base64_decode`: blanks only at the ends of lines, `\r` only before `\n`.
fn mbedtls_base64(text: &[u8]) -> Option<Vec<u8>> {
    let (mut digits, mut equals, mut at) = (Vec::new(), 0, 0);
    while at < text.len() {
        let blanks = text[at..].iter().take_while(|byte| **byte == b' ').count();
        at += blanks;
        match text.get(at) {
            None => break,
            Some(b'\r') if text.get(at + 1) == Some(&b'\n') => {}
            Some(b'\n') => {}
            Some(_) if blanks > 0 => return None,
            Some(b'=') => {
                equals += 1;
                digits.push(None);
            }
            Some(byte) => digits.push(Some(base64_digit(*byte).filter(|_| equals == 0)?)),
        }
        if equals > 2 {
            return None;
        }
        at += 1;
    }
    let mut contents = Vec::with_capacity(digits.len() / 4 * 3);
    for four in digits.chunks_exact(4) {
        let padding = four.iter().filter(|digit| digit.is_none()).count();
        let four: Vec<u8> = four.iter().map(|digit| digit.unwrap_or_default()).collect();
        push_quartet(&mut contents, &four, padding);
    }
    Some(contents)
}

/// Adds the bytes of four digits, of which the last `padding` are padding.
fn push_quartet(contents: &mut Vec<u8>, four: &[u8], padding: usize) {
    let bits = four.iter().fold(0_u32, |bits, digit| bits << 6 | u32::from(*digit));
    let bytes = bits.to_be_bytes();
    contents.extend(&bytes[1..4 - padding]);
}

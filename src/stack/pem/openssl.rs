//! OpenSSL's decoder: `pem_lib.c` and `encode.c` of OpenSSL 3.0.

use super::{Decoded, base64_digit, push_quartet};

/// The most bytes of a line that OpenSSL reads at once (`LINESIZE` of pem_lib.c, less the NUL).
const MAX_LINE: usize = 254;

/// The lines of `text` as `BIO_gets` splits them.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let whole = text.split_inclusive(|byte| *byte == b'\n');
    whole.flat_map(|line| line.chunks(MAX_LINE))
}

/// `sanitize_line` for certificates: without trailing characters that are not visible ASCII.
fn sanitized(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| (b'!'..=0x7f).contains(byte)).map_or(0, |last| last + 1);
    &line[..end]
}

/// `PEM_read_bio_ex` with `PEM_FLAG_EAY_COMPATIBLE`.
pub(super) fn decode(text: &[u8]) -> Decoded {
    let mut decoded = Decoded::default();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut rest = lines(text);
    while let Some(line) = rest.next() {
        let name = sanitized(line).strip_prefix(b"-----BEGIN ");
        let Some(name) = name.and_then(|name| name.strip_suffix(b"-----")) else { continue };
        let body = body(&mut rest, name);
        match body {
            Some(contents) if [&b"CERTIFICATE"[..], b"X509 CERTIFICATE"].contains(&name) => {
                decoded.contents.push(contents);
            }
            Some(_) => {}
            None => {
                decoded.is_failed = true;
                return decoded;
            }
        }
    }
    decoded
}

/// The contents of the block called `name`, up to its END line.
fn body<'a>(lines: &mut impl Iterator<Item = &'a [u8]>, name: &[u8]) -> Option<Vec<u8>> {
    // What precedes a blank line is a header, which certificates do not have.
    let (mut header, mut data) = (Vec::new(), Vec::new());
    let (mut is_behind_blank, mut is_short, mut was_partial) = (false, false, false);
    loop {
        let line = lines.next()?;
        let partial = line.len() == MAX_LINE && line.last() != Some(&b'\n');
        let before = std::mem::replace(&mut was_partial, partial);
        let line = sanitized(line);
        if line.is_empty() {
            if before {
                continue;
            }
            if is_behind_blank {
                return None;
            }
            is_behind_blank = true;
            continue;
        }
        if let Some(end) = line.strip_prefix(b"-----END ") {
            let rest = end.strip_prefix(name)?;
            if !rest.starts_with(b"-----") || rest.len() != 5 {
                return None;
            }
            break;
        }
        if is_short {
            return None;
        }
        if is_behind_blank {
            is_short = line.len() < 64;
            if line.len() > 64 {
                return None;
            }
            data.extend(line);
        } else {
            header.extend(line);
        }
    }
    if is_behind_blank && !header.is_empty() {
        return None;
    }
    base64(if is_behind_blank { &data } else { &header })
}

/// `EVP_DecodeUpdate` and `EVP_DecodeFinal`: blanks anywhere, only whole quartets.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let (mut digits, mut equals) = (Vec::new(), 0);
    for byte in text {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'-' => break,
            b'=' => {
                equals += 1;
                digits.push(0);
            }
            _ => digits.push(base64_digit(*byte).filter(|_| equals == 0)?),
        }
    }
    if equals > 2 || digits.len() % 4 != 0 {
        return None;
    }
    let mut contents = Vec::with_capacity(digits.len() / 4 * 3);
    for (index, four) in digits.chunks_exact(4).enumerate() {
        let padding = if (index + 1) * 4 == digits.len() { equals } else { 0 };
        push_quartet(&mut contents, four, padding);
    }
    Some(contents)
}

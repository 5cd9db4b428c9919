//! Files in UTF-16, as Windows editors save them when asked for "Unicode".
//!
//! In: the bytes of a file. Out: the same text in UTF-8.

/// `content` in UTF-8 if it is UTF-16 with a byte order mark (RFC 2781 section 3.2); invalid UTF-16 in
/// it becomes U+FFFD.
pub(crate) fn as_utf8(content: &[u8]) -> Option<Vec<u8>> {
    let (bytes, is_little_endian) = match content {
        [0xff, 0xfe, bytes @ ..] => (bytes, true),
        [0xfe, 0xff, bytes @ ..] => (bytes, false),
        _ => return None,
    };
    let units = bytes.chunks_exact(2).map(|pair| match is_little_endian {
        true => u16::from_le_bytes([pair[0], pair[1]]),
        false => u16::from_be_bytes([pair[0], pair[1]]),
    });
    let text = char::decode_utf16(units).map(|one| one.unwrap_or(char::REPLACEMENT_CHARACTER));
    Some(text.collect::<String>().into_bytes())
}

//! DER elements, one after the other (X.690 section 8.1).

use der::{Header, Reader as _, SliceReader, Tag, asn1::ObjectIdentifier};

/// One DER element.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a> {
    /// The first identifier octet: class, constructed bit and number.
    pub(crate) class: u8,
    pub(crate) tag: Tag,
    /// Header and contents.
    pub(crate) whole: &'a [u8],
    /// The contents.
    pub(crate) value: &'a [u8],
}

impl Element<'_> {
    pub(crate) fn is_sequence(&self) -> bool {
        self.tag == Tag::Sequence
    }
}

/// The elements of some contents in order, up to the first that cannot be read.
pub(crate) struct Elements<'a> {
    rest: &'a [u8],
}

impl<'a> Elements<'a> {
    pub(crate) fn of(contents: &'a [u8]) -> Self {
        Self { rest: contents }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn peek_class(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub(crate) fn tagged(&mut self, tag: Tag) -> Option<Element<'a>> {
        self.next().filter(|element| element.tag == tag)
    }

    pub(crate) fn sequence(&mut self) -> Option<Element<'a>> {
        self.tagged(Tag::Sequence)
    }

    pub(crate) fn oid(&mut self) -> Option<ObjectIdentifier> {
        ObjectIdentifier::from_bytes(self.oid_bytes()?).ok()
    }

    /// The contents of an object identifier, of any length and with arcs of any size.
    pub(crate) fn oid_bytes(&mut self) -> Option<&'a [u8]> {
        self.tagged(Tag::ObjectIdentifier).map(|element| element.value)
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        let mut reader = SliceReader::new(self.rest).ok()?;
        let header: Header = reader.decode().ok()?;
        let value = reader.read_slice(header.length()).ok()?;
        let length = usize::try_from(reader.position()).ok()?;
        let (whole, rest) = self.rest.split_at_checked(length)?;
        let element = Element { class: *whole.first()?, tag: header.tag(), whole, value };
        self.rest = rest;
        Some(element)
    }
}

/// The element that fills `bytes` with nothing after it.
pub(crate) fn only(bytes: &[u8]) -> Option<Element<'_>> {
    let mut elements = Elements::of(bytes);
    elements.next().filter(|_| elements.is_empty())
}

/// The most bytes of an object identifier that are shown: one with a UUID as an arc (ITU-T X.667) has
/// 20, and the `der` crate supports 39.
const SHOWN_OID_BYTES: usize = 64;

/// The contents of an object identifier as numbers and dots. An invalid encoding (X.690 section 8.19)
/// or an arc over 128 bits is shown as `#` and hexadecimal digits.
pub(crate) fn oid_text(oid: &[u8]) -> String {
    if oid.len() > SHOWN_OID_BYTES {
        return format!("#{}... ({} bytes)", hex(&oid[..SHOWN_OID_BYTES]), oid.len());
    }
    arcs(oid).unwrap_or_else(|| format!("#{}", hex(oid)))
}

fn arcs(oid: &[u8]) -> Option<String> {
    let mut text = String::new();
    let mut arc: u128 = 0;
    for byte in oid {
        arc = arc.checked_mul(128)? | u128::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            continue;
        }
        // The first number encodes two arcs, of which the first is at most 2.
        let first = (arc / 40).min(2);
        let written = match text.is_empty() {
            true => format!("{first}.{}", arc - 40 * first),
            false => format!(".{arc}"),
        };
        text.push_str(&written);
        arc = 0;
    }
    let is_whole = oid.last().is_some_and(|byte| byte & 0x80 == 0);
    is_whole.then_some(text)
}

/// `bytes` in lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits =
        |byte: &u8| [byte >> 4, byte & 15].map(|half| char::from(DIGITS[usize::from(half)]));
    bytes.iter().flat_map(digits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_identifier_of_any_arc_and_length_has_a_text() {
        for (oid, text) in [
            (&b"\x2a\x86\x48\x86\xf7\x0d"[..], "1.2.840.113549"),
            (b"\x55\x1d\x13", "2.5.29.19"),
            (b"\x88\x37\x01", "2.999.1"),
            (b"\x2b", "1.3"),
            (
                b"\x69\x83\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
                "2.25.340282366920938463463374607431768211455",
            ),
            (
                b"\x69\x84\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00",
                "#6984808080808080808080808080808080808000",
            ),
            (b"", "#"),
            (b"\x2a\x86", "#2a86"),
        ] {
            assert_eq!(oid_text(oid), text);
        }
        assert_eq!(oid_text(&[1; 70]), format!("#{}... (70 bytes)", "01".repeat(64)));
    }
}

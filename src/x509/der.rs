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

/// The elements of some contents, one after the other, until one cannot be read.
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
        let element = self.tagged(Tag::ObjectIdentifier)?;
        ObjectIdentifier::from_bytes(element.value).ok()
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

/// `bytes` in lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits =
        |byte: &u8| [byte >> 4, byte & 15].map(|half| char::from(DIGITS[usize::from(half)]));
    bytes.iter().flat_map(digits).collect()
}

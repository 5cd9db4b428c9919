//! DER as the most lenient TLS stacks read it: tag, length, value (X.690 section 8.1).
//!
//! In: bytes. Out: elements. A length may have unnecessary octets; the stacks that refuse them check
//! that themselves. Indefinite lengths and tags of several octets are not read, since no stack reads
//! them.

/// One element.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Tlv<'a> {
    /// The identifier octet: class, constructed bit and number.
    pub(super) tag: u8,
    /// The contents.
    pub(super) value: &'a [u8],
    /// Header and contents.
    pub(super) whole: &'a [u8],
}

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OID: u8 = 0x06;
pub(super) const UTF8_STRING: u8 = 0x0c;
pub(super) const NUMERIC_STRING: u8 = 0x12;
pub(super) const PRINTABLE_STRING: u8 = 0x13;
pub(super) const TELETEX_STRING: u8 = 0x14;
pub(super) const IA5_STRING: u8 = 0x16;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const VISIBLE_STRING: u8 = 0x1a;
pub(super) const UNIVERSAL_STRING: u8 = 0x1c;
pub(super) const BMP_STRING: u8 = 0x1e;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// The context-specific tag `number`, primitive.
pub(super) const fn context(number: u8) -> u8 {
    0x80 | number
}

/// The context-specific tag `number`, constructed.
pub(super) const fn constructed(number: u8) -> u8 {
    0xa0 | number
}

/// The most octets of a length: what every stack reads, and more than a certificate has.
const MOST_LENGTH_OCTETS: usize = 4;

/// Elements one after the other.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(contents: &'a [u8]) -> Self {
        Self { rest: contents }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next identifier octet.
    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element; `None` at the end or if none can be read.
    pub(super) fn read(&mut self) -> Option<Tlv<'a>> {
        let (&tag, after) = self.rest.split_first()?;
        let (&first, after) = after.split_first()?;
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, after) = match usize::from(first) {
            short @ 0..0x80 => (short, after),
            long => {
                let octets = long & 0x7f;
                if octets == 0 || octets > MOST_LENGTH_OCTETS {
                    return None;
                }
                let (octets, after) = after.split_at_checked(octets)?;
                let length = octets.iter().fold(0_usize, |sum, &octet| {
                    sum.wrapping_mul(256).wrapping_add(usize::from(octet))
                });
                (length, after)
            }
        };
        let (value, rest) = after.split_at_checked(length)?;
        let whole = &self.rest[..self.rest.len() - rest.len()];
        self.rest = rest;
        Some(Tlv { tag, value, whole })
    }

    /// The next element if its tag is `tag`.
    pub(super) fn tagged(&mut self, tag: u8) -> Option<Tlv<'a>> {
        if self.peek() != Some(tag) {
            return None;
        }
        self.read()
    }
}

impl<'a> Tlv<'a> {
    /// The elements of the contents.
    pub(super) const fn inside(&self) -> Reader<'a> {
        Reader::new(self.value)
    }

    /// Whether its length is encoded in the fewest octets (X.690 section 10.1).
    pub(super) fn is_minimal(&self) -> bool {
        let header = self.whole.len() - self.value.len();
        let length_octets = match self.value.len() {
            0..0x80 => 1,
            0x80..0x100 => 2,
            0x100..0x1_0000 => 3,
            0x1_0000..0x100_0000 => 4,
            _ => 5,
        };
        header == 1 + length_octets
    }
}

/// The element that fills `bytes`.
pub(super) fn only(bytes: &[u8]) -> Option<Tlv<'_>> {
    let mut reader = Reader::new(bytes);
    let element = reader.read()?;
    reader.is_empty().then_some(element)
}

/// All elements of `contents`; `None` if the contents are not a sequence of elements.
pub(super) fn all(contents: &[u8]) -> Option<Vec<Tlv<'_>>> {
    let mut reader = Reader::new(contents);
    let mut found = Vec::new();
    while !reader.is_empty() {
        found.push(reader.read()?);
    }
    Some(found)
}

/// Whether every length within `element`, at every depth, is minimal.
pub(super) fn is_strict(element: Tlv<'_>, depth: usize) -> bool {
    /// Deeper than any field of a certificate.
    const DEEPEST: usize = 16;
    if !element.is_minimal() || depth > DEEPEST {
        return false;
    }
    if element.tag & 0x20 == 0 {
        return true;
    }
    let mut parts = Reader::new(element.value);
    while !parts.is_empty() {
        if !parts.read().is_some_and(|part| is_strict(part, depth + 1)) {
            return false;
        }
    }
    true
}

//! DER elements by their tag octet, including ones that a strict writer does not write: an INTEGER
//! without octets, a BOOLEAN of 01, a string with characters that its type does not allow.

pub const BOOLEAN: u8 = 0x01;
pub const INTEGER: u8 = 0x02;
pub const BIT_STRING: u8 = 0x03;
pub const OCTET_STRING: u8 = 0x04;
pub const NULL: u8 = 0x05;
pub const OID: u8 = 0x06;
pub const UTF8: u8 = 0x0c;
pub const SEQUENCE: u8 = 0x30;
pub const SET: u8 = 0x31;
pub const PRINTABLE: u8 = 0x13;
pub const TELETEX: u8 = 0x14;
pub const IA5: u8 = 0x16;
pub const UTC_TIME: u8 = 0x17;
pub const GENERALIZED_TIME: u8 = 0x18;
pub const UNIVERSAL: u8 = 0x1c;
pub const BMP: u8 = 0x1e;

/// An element of one tag around contents, with its length in the shortest form.
pub fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = contents.len();
    if let (Ok(short), true) = (u8::try_from(length), length < 0x80) {
        out.push(short);
    } else {
        let octets = length.to_be_bytes();
        let zeros = octets.iter().take_while(|octet| **octet == 0).count();
        out.push(0x80 | u8::try_from(octets.len() - zeros).unwrap_or(u8::MAX));
        out.extend_from_slice(&octets[zeros..]);
    }
    out.extend_from_slice(contents);
    out
}

pub fn sequence(elements: &[Vec<u8>]) -> Vec<u8> {
    element(SEQUENCE, &elements.concat())
}

pub fn octets(contents: &[u8]) -> Vec<u8> {
    element(OCTET_STRING, contents)
}

/// A BIT STRING of whole octets.
pub fn bits(contents: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], contents].concat())
}

pub fn null() -> Vec<u8> {
    element(NULL, &[])
}

/// A short non-negative INTEGER.
pub fn small(number: u64) -> Vec<u8> {
    let octets = number.to_be_bytes();
    let zeros = octets.iter().take_while(|octet| **octet == 0).count().min(octets.len() - 1);
    let octets = &octets[zeros..];
    let sign: &[u8] = if octets[0] >= 0x80 { &[0] } else { &[] };
    element(INTEGER, &[sign, octets].concat())
}

/// A context-specific element: `[number]`, around elements.
pub fn around(number: u8, contents: &[u8]) -> Vec<u8> {
    element(0xa0 | number, contents)
}

/// A context-specific element: `[number]`, primitive.
pub fn context(number: u8, contents: &[u8]) -> Vec<u8> {
    element(0x80 | number, contents)
}

/// An OBJECT IDENTIFIER in dotted form.
pub fn oid(dotted: &str) -> Vec<u8> {
    element(OID, &arcs(dotted))
}

/// The contents of an OBJECT IDENTIFIER.
pub fn arcs(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u128> = dotted.split('.').filter_map(|arc| arc.parse().ok()).collect();
    let [first, second, rest @ ..] = arcs.as_slice() else { return Vec::new() };
    let mut out = Vec::new();
    for arc in std::iter::once(first * 40 + second).chain(rest.iter().copied()) {
        let mut groups = vec![low_7(arc)];
        let mut left = arc >> 7;
        while left > 0 {
            groups.push(0x80 | low_7(left));
            left >>= 7;
        }
        out.extend(groups.iter().rev());
    }
    out
}

fn low_7(arc: u128) -> u8 {
    u8::try_from(arc & 0x7f).unwrap_or(0)
}

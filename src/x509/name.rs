//! Distinguished names as text (RFC 4514).

use std::fmt::Write as _;

use der::{Tag, asn1::ObjectIdentifier};

use super::der::{Element, Elements, hex, oid_text};
use crate::text::{
    foreign::{Foreign, prints},
    marks::opens,
};

/// How many relative distinguished names of a name are shown; the others are counted.
///
/// The longest name in the public stores has 9.
pub const SHOWN_RDNS: usize = 64;

/// The attributes of each relative distinguished name: the content of each type's OID, and `V`.
type Sets<'a, V> = Vec<Vec<(&'a [u8], V)>>;

/// A distinguished name in its DER form (RFC 5280 section 4.1.2.4).
#[derive(Clone, Copy)]
pub struct Name<'a> {
    der: &'a [u8],
}

impl<'a> Name<'a> {
    pub(crate) fn new(der: &'a [u8]) -> Self {
        Self { der }
    }

    /// The name in the form of RFC 4514, the most specific part first: `CN=ISRG Root X1,O=...,C=US`.
    ///
    /// Unprintable characters become hexadecimal pairs of that RFC (`\0A`). An empty name is the empty
    /// text, and a name that cannot be read is `#` and its hexadecimal DER.
    #[must_use]
    pub fn text(&self) -> Foreign {
        Foreign::escaped(self.rfc4514().unwrap_or_else(|| format!("#{}", hex(self.der))))
    }

    /// The value of the common name, or of the organisation if there is none.
    #[must_use]
    pub fn short(&self) -> Option<Foreign> {
        self.attribute("CN").or_else(|| self.attribute("O"))
    }

    /// The value of the common name, or of the organisation and its units if there is none: roots of one
    /// CA often only differ in the unit.
    #[cfg(feature = "judge")]
    pub(crate) fn label(&self) -> Option<String> {
        if let Some(name) = self.attribute("CN") {
            return Some(name.line());
        }
        let parts = [self.attribute("O"), self.attribute("OU")];
        let parts: Vec<_> = parts.into_iter().flatten().map(|part| part.line()).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// The organisation.
    #[must_use]
    pub fn organisation(&self) -> Option<Foreign> {
        self.attribute("O")
    }

    /// The name in a form that is equal for names that are equal by RFC 5280 section 7.1, which ignores
    /// case, the number of spaces, and the string type. `None` if it cannot be read.
    #[cfg(feature = "judge")]
    pub(crate) fn compared(&self) -> Option<Sets<'a, String>> {
        let value = |value: Element<'_>| match decode(value) {
            Some(text) => {
                let words: Vec<_> = text.split_whitespace().map(str::to_lowercase).collect();
                words.join(" ")
            }
            None => format!("#{}", hex(value.whole)),
        };
        let mut name = Vec::new();
        for attributes in self.pairs()? {
            let mut set: Vec<_> =
                attributes.into_iter().map(|(id, one)| (id, value(one))).collect();
            set.sort();
            name.push(set);
        }
        Some(name)
    }

    /// What distinguishes names for people, only lower-case letters and digits: the common name, the
    /// organisation and its unit; without an organisation, only the common name.
    #[cfg(feature = "judge")]
    pub(crate) fn folded(&self) -> String {
        let parts = ["CN", "O", "OU"].map(|wanted| self.value(wanted));
        parts.iter().flatten().map(|part| folded(part)).collect()
    }

    /// All its values in the form of [`Self::folded`], sorted.
    #[cfg(feature = "judge")]
    pub(crate) fn folded_whole(&self) -> Vec<String> {
        let pairs = self.pairs().into_iter().flatten().flatten();
        let mut parts: Vec<_> = pairs.filter_map(|(_, value)| decode(value)).collect();
        parts.iter_mut().for_each(|part| *part = folded(part));
        parts.sort();
        parts
    }

    /// The common name in the form of [`Self::folded`].
    #[cfg(feature = "judge")]
    pub(crate) fn folded_common_name(&self) -> Option<String> {
        self.value("CN").as_deref().map(folded)
    }

    fn attribute(&self, wanted: &str) -> Option<Foreign> {
        self.value(wanted).as_deref().map(Foreign::text)
    }

    /// The text of the most specific attribute of the type `wanted`, as it is in the certificate.
    fn value(&self, wanted: &str) -> Option<String> {
        let mut pairs = self.pairs()?.into_iter().flatten().rev();
        let (_, value) = pairs.find(|(id, _)| short_name(id) == Some(wanted))?;
        decode(value)
    }

    /// The attributes of each relative distinguished name, in the order of the DER.
    fn pairs(&self) -> Option<Sets<'a, Element<'a>>> {
        let mut names = Elements::of(Elements::of(self.der).sequence()?.value);
        let mut all = Vec::new();
        while !names.is_empty() {
            let mut set = Elements::of(names.tagged(Tag::Set)?.value);
            let mut attributes = Vec::new();
            while !set.is_empty() {
                let mut pair = Elements::of(set.sequence()?.value);
                attributes.push((pair.oid_bytes()?, pair.next()?));
            }
            all.push(attributes);
        }
        Some(all)
    }

    fn rfc4514(&self) -> Option<String> {
        let all = self.pairs()?;
        let mut parts = Vec::new();
        for attributes in all.iter().rev().take(SHOWN_RDNS) {
            let part: Vec<_> = attributes.iter().map(|(id, value)| attribute(id, *value)).collect();
            parts.push(part.join("+"));
        }
        if all.len() > SHOWN_RDNS {
            parts.push(format!("... and {} more", all.len() - SHOWN_RDNS));
        }
        Some(parts.join(","))
    }
}

/// The letters and digits of `text`, in lower case.
#[cfg(feature = "judge")]
fn folded(text: &str) -> String {
    text.chars().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn attribute(id: &[u8], value: Element<'_>) -> String {
    match (short_name(id), decode(value)) {
        (Some(name), Some(text)) => format!("{name}={}", escaped(&text)),
        (None, Some(text)) => format!("{}={}", oid_text(id), escaped(&text)),
        (Some(name), None) => format!("{name}=#{}", hex(value.whole)),
        (None, None) => format!("{}=#{}", oid_text(id), hex(value.whole)),
    }
}

/// The short names of RFC 4514 section 3, and others common in certificates.
fn short_name(id: &[u8]) -> Option<&'static str> {
    const fn oid(text: &'static str) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(text)
    }
    const NAMES: [(ObjectIdentifier, &str); 13] = [
        (oid("2.5.4.3"), "CN"),
        (oid("2.5.4.5"), "serialNumber"),
        (oid("2.5.4.6"), "C"),
        (oid("2.5.4.7"), "L"),
        (oid("2.5.4.8"), "ST"),
        (oid("2.5.4.9"), "STREET"),
        (oid("2.5.4.10"), "O"),
        (oid("2.5.4.11"), "OU"),
        (oid("2.5.4.97"), "organizationIdentifier"),
        (oid("0.9.2342.19200300.100.1.1"), "UID"),
        (oid("0.9.2342.19200300.100.1.25"), "DC"),
        (oid("1.2.840.113549.1.9.1"), "emailAddress"),
        (oid("2.5.4.15"), "businessCategory"),
    ];
    NAMES.iter().find(|(known, _)| known.as_bytes() == id).map(|(_, name)| *name)
}

/// The characters of a directory string (RFC 5280 section 4.1.2.4).
///
/// A TeletexString contains Latin-1 in practice, whatever T.61 says. UniversalString, which does not
/// occur in practice, is shown in hexadecimal.
fn decode(value: Element<'_>) -> Option<String> {
    let bytes = value.value;
    match value.tag {
        Tag::Utf8String
        | Tag::PrintableString
        | Tag::Ia5String
        | Tag::NumericString
        | Tag::VisibleString => String::from_utf8(bytes.to_vec()).ok(),
        Tag::TeletexString => Some(bytes.iter().map(|&byte| char::from(byte)).collect()),
        Tag::BmpString => {
            let (pairs, rest) = bytes.as_chunks();
            let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
            let text: Result<String, _> = char::decode_utf16(units).collect();
            text.ok().filter(|_| rest.is_empty())
        }
        _ => None,
    }
}

/// RFC 4514 section 2.4: special characters after a backslash, others as hexadecimal pairs.
fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (index, character) in value.chars().enumerate() {
        match character {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => out.extend(['\\', character]),
            '#' if index == 0 => out.push_str("\\#"),
            ' ' if index == 0 || index == last => out.push_str("\\ "),
            _ if prints(character) && !opens(&out, character) => out.push(character),
            _ => {
                for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(out, "\\{byte:02X}");
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(tag: u8, value: &[u8]) -> Vec<u8> {
        let wrap = |tag: u8, inner: &[u8]| {
            let mut out = vec![tag, u8::try_from(inner.len()).unwrap()];
            out.extend(inner);
            out
        };
        let pair = [&[6, 3, 0x55, 4, 3][..], &wrap(tag, value)].concat();
        wrap(0x30, &wrap(0x31, &wrap(0x30, &pair)))
    }

    fn text(tag: u8, value: &[u8]) -> String {
        Name::new(&name(tag, value)).text().line()
    }

    #[test]
    fn special_characters_are_escaped_as_in_rfc_4514() {
        assert_eq!(text(0x0c, b" #a,b+\"c\" "), r#"CN=\ #a\,b\+\"c\"\ "#);
        assert_eq!(text(0x0c, "x\n\u{202e}é".as_bytes()), r"CN=x\0A\E2\80\AEé");
        assert_eq!(text(0x0c, b"-----BEGIN X-----"), r"CN=-----\42EGIN X-----");
        assert_eq!(text(0x0c, b"##[x]"), r"CN=\##\5Bx]");
        assert_eq!(text(0x0c, b""), "CN=");
    }

    #[test]
    fn every_kind_of_directory_string_is_read() {
        assert_eq!(text(0x14, b"caf\xe9"), "CN=café");
        assert_eq!(text(0x1e, b"\x4e\x2d\x00!"), "CN=中!");
        assert_eq!(text(0x0c, b"\xff"), "CN=#0c01ff");
        assert_eq!(text(0x1e, b"\xd8\x00"), "CN=#1e02d800");
        assert_eq!(text(0x02, b"\x01"), "CN=#020101");
    }

    #[test]
    fn junk_is_shown_in_hexadecimal() {
        assert_eq!(Name::new(b"\x30\x01\xff").text().line(), "#3001ff");
        assert_eq!(Name::new(b"\x30\x00").text().line(), "");
    }
}

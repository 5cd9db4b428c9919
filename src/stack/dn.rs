//! Distinguished names, and the ways in which TLS stacks compare them (RFC 5280 section 7.1).

use super::{
    oid,
    tlv::{
        self, BMP_STRING, IA5_STRING, NUMERIC_STRING, PRINTABLE_STRING, SEQUENCE, SET,
        TELETEX_STRING, Tlv, UNIVERSAL_STRING, UTF8_STRING, VISIBLE_STRING,
    },
};

/// A name as encoded.
#[derive(Clone)]
pub(super) struct Dn<'a> {
    /// With its header.
    pub(super) whole: &'a [u8],
    /// Without it.
    pub(super) contents: &'a [u8],
    /// Its RDNs; `None` if they cannot be read.
    pub(super) rdns: Option<Vec<Vec<Attribute<'a>>>>,
}

/// AttributeTypeAndValue.
#[derive(Clone, Copy)]
pub(super) struct Attribute<'a> {
    pub(super) id: &'a [u8],
    pub(super) value: Tlv<'a>,
}

impl<'a> Dn<'a> {
    /// Reads a Name, which is a SEQUENCE.
    pub(super) fn read(element: Tlv<'a>) -> Option<Self> {
        (element.tag == SEQUENCE).then(|| Self {
            whole: element.whole,
            contents: element.value,
            rdns: read_rdns(element),
        })
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.contents.is_empty()
    }

    /// Every attribute, of every RDN.
    pub(super) fn attributes(&self) -> impl Iterator<Item = Attribute<'a>> + '_ {
        self.rdns.iter().flatten().flatten().copied()
    }

    /// The same octets.
    pub(super) fn is_same(&self, other: &Dn<'_>) -> bool {
        self.whole == other.whole
    }

    /// As mbedTLS compares: UTF8String and PrintableString are equivalent, and case is ignored.
    pub(super) fn equals_in_mbedtls(&self, other: &Dn<'_>) -> bool {
        const TEXT: [u8; 2] = [UTF8_STRING, PRINTABLE_STRING];
        self.equals_by(other, |one, two| {
            one.id == two.id
                && (one.value.tag == two.value.tag && one.value.value == two.value.value
                    || TEXT.contains(&one.value.tag)
                        && TEXT.contains(&two.value.tag)
                        && one.value.value.eq_ignore_ascii_case(two.value.value))
        })
    }

    fn equals_by(
        &self,
        other: &Dn<'_>,
        equal: impl Fn(&Attribute<'_>, &Attribute<'_>) -> bool,
    ) -> bool {
        let (Some(these), Some(those)) = (&self.rdns, &other.rdns) else { return false };
        these.len() == those.len()
            && these.iter().zip(those).all(|(this, that)| {
                this.len() == that.len() && this.iter().zip(that).all(|(one, two)| equal(one, two))
            })
    }

    /// As OpenSSL compares: any string type, ignoring case and the number of blanks.
    pub(super) fn equals_in_openssl(&self, other: &Dn<'_>) -> bool {
        self.is_same(other) || self.canonical(openssl_value) == other.canonical(openssl_value)
    }

    /// As Java compares: as OpenSSL does, but only for UTF8String and PrintableString.
    pub(super) fn equals_in_java(&self, other: &Dn<'_>) -> bool {
        self.is_same(other) || self.canonical(java_value) == other.canonical(java_value)
    }

    /// As GnuTLS compares: as the text that it prints (`_gnutls_x509_compare_raw_dn`).
    pub(super) fn equals_in_gnutls(&self, other: &Dn<'_>) -> bool {
        let written = |name: &Dn<'a>| name.printed();
        self.is_same(other) || written(self).is_some_and(|one| other.printed() == Some(one))
    }

    /// Its attributes in order, as GnuTLS prints them; `None` if GnuTLS does not print one.
    fn printed(&self) -> Option<Vec<Vec<Written<'a>>>> {
        let one = |one: &Attribute<'a>| Some((one.id, gnutls_text(one)?));
        let rdn = |rdn: &Vec<Attribute<'a>>| rdn.iter().map(one).collect();
        self.rdns.as_ref().filter(|rdns| !rdns.is_empty())?.iter().map(rdn).collect()
    }

    /// The RDNs with their values in a form to compare, attributes of one RDN in order.
    fn canonical(&self, value: fn(&Attribute<'_>) -> Vec<u8>) -> Option<Vec<Vec<Written<'a>>>> {
        let rdn = |rdn: &Vec<Attribute<'a>>| {
            let mut written: Vec<_> = rdn.iter().map(|one| (one.id, value(one))).collect();
            written.sort();
            written
        };
        self.rdns.as_ref().map(|rdns| rdns.iter().map(rdn).collect())
    }
}

/// An attribute's identifier and its value in a form to compare.
type Written<'a> = (&'a [u8], Vec<u8>);

fn read_rdns(name: Tlv<'_>) -> Option<Vec<Vec<Attribute<'_>>>> {
    let mut rdns = Vec::new();
    for set in tlv::all(name.value)? {
        let members = tlv::all(set.value).filter(|_| set.tag == SET)?;
        let mut rdn = Vec::new();
        for member in members {
            let mut parts = (member.tag == SEQUENCE).then(|| member.inside())?;
            let id = parts.tagged(tlv::OID)?.value;
            let value = parts.read()?;
            rdn.push(parts.is_empty().then_some(Attribute { id, value })?);
        }
        rdns.push(rdn);
    }
    Some(rdns)
}

/// The text of a string of any type; `None` for other elements and for strings that are not encoded as
/// their type requires.
pub(super) fn text(value: Tlv<'_>) -> Option<String> {
    match value.tag {
        UTF8_STRING => String::from_utf8(value.value.to_vec()).ok(),
        PRINTABLE_STRING | IA5_STRING | VISIBLE_STRING | NUMERIC_STRING | TELETEX_STRING => {
            Some(value.value.iter().copied().map(char::from).collect())
        }
        BMP_STRING => {
            let units = value.value.chunks_exact(2);
            let is_whole = units.remainder().is_empty();
            let units: Vec<u16> =
                units.map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            String::from_utf16(&units).ok().filter(|_| is_whole)
        }
        UNIVERSAL_STRING => {
            let units = value.value.chunks_exact(4);
            let is_whole = units.remainder().is_empty();
            let letter = |four: &[u8]| -> Option<char> {
                char::from_u32(u32::from_be_bytes(four.try_into().ok()?))
            };
            units.map(letter).collect::<Option<String>>().filter(|_| is_whole)
        }
        _ => None,
    }
}

/// Without blanks at the ends, with single blanks inside, in lower case.
fn folded(text: &str) -> Vec<u8> {
    let words: Vec<_> = text.split_ascii_whitespace().collect();
    words.join(" ").to_ascii_lowercase().into_bytes()
}

fn openssl_value(attribute: &Attribute<'_>) -> Vec<u8> {
    match text(attribute.value).filter(|_| attribute.value.tag != NUMERIC_STRING) {
        Some(text) => folded(&text),
        None => attribute.value.whole.to_vec(),
    }
}

fn java_value(attribute: &Attribute<'_>) -> Vec<u8> {
    // RFC 2253 section 2.3 only has names for these attributes; the values of others are compared as
    // octets.
    let is_named = matches!(attribute.id, [0x55, 4, 3 | 6..=11] | [9, 0x92, ..]);
    let is_text = matches!(attribute.value.tag, UTF8_STRING | PRINTABLE_STRING);
    if !is_text || !is_named {
        return attribute.value.whole.to_vec();
    }
    // Java 17 reads both as UTF-8, and lower-cases capitals.
    let text = String::from_utf8_lossy(attribute.value.value).to_uppercase().to_lowercase();
    folded(&text)
}

/// An attribute's value as GnuTLS prints it (`_gnutls_x509_dn_to_string`), without its escapes, except
/// one: undecodable values are digits after a `#`, and no other text begins with `#`. `None` for an
/// empty DirectoryString.
pub(super) fn gnutls_text(attribute: &Attribute<'_>) -> Option<Vec<u8>> {
    let Attribute { id, value } = attribute;
    let octets = || hexadecimal(value.whole);
    let text = match gnutls_kind(id) {
        Some(DIRECTORY_STRING) if value.value.is_empty() => return None,
        Some(DIRECTORY_STRING) => match value.tag {
            UTF8_STRING | PRINTABLE_STRING => value.value.to_vec(),
            TELETEX_STRING if value.value.iter().all(|one| (b' '..0x7f).contains(one)) => {
                value.value.to_vec()
            }
            BMP_STRING => {
                let most = value.value.len().saturating_sub(2);
                let value = match value.value.strip_suffix(&[0, 0]).filter(|_| most > 0) {
                    Some(shorter) => Tlv { value: shorter, ..*value },
                    None => *value,
                };
                text(value).map_or_else(|| hexadecimal(value.value), String::into_bytes)
            }
            TELETEX_STRING | UNIVERSAL_STRING => hexadecimal(value.value),
            _ => return Some(octets()),
        },
        Some(tag) if tag == value.tag => value.value.to_vec(),
        _ => return Some(octets()),
    };
    Some(match text.first() {
        _ if text.contains(&0) => octets(),
        Some(b'#') => [b"\\", text.as_slice()].concat(),
        _ => text,
    })
}

/// `#` and the digits of octets.
fn hexadecimal(octets: &[u8]) -> Vec<u8> {
    let digits = octets.iter().map(|octet| format!("{octet:02x}"));
    std::iter::once("#".to_owned()).chain(digits).collect::<String>().into_bytes()
}

/// Represents every type that a DirectoryString can have (RFC 5280 section 4.1.2.4).
const DIRECTORY_STRING: u8 = 0;

/// The type of an attribute's value in GnuTLS's table (`_oid2str`); `None` if the table does not have
/// the attribute.
fn gnutls_kind(id: &[u8]) -> Option<u8> {
    const INCORPORATION: &[u8] = &[0x2b, 6, 1, 4, 1, 0x82, 0x37, 60, 2, 1];
    const UID: &[u8] = &[9, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 100, 1, 1];
    const DC: &[u8] = &[9, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 100, 1, 25];
    Some(match id {
        [0x55, 4, 5 | 6 | 20 | 46] => PRINTABLE_STRING,
        [0x55, 4, 3 | 4 | 7..=13 | 15 | 17 | 41..=44 | 65] => DIRECTORY_STRING,
        UID => DIRECTORY_STRING,
        DC | oid::EMAIL_ADDRESS => IA5_STRING,
        _ => match id.strip_prefix(INCORPORATION) {
            Some([1 | 2]) => DIRECTORY_STRING,
            Some([3]) => PRINTABLE_STRING,
            _ => return None,
        },
    })
}

/// The contents of `emailAddress` attributes.
pub(super) fn emails<'a>(name: &'a Dn<'a>) -> impl Iterator<Item = Tlv<'a>> + 'a {
    name.attributes().filter(|one| one.id == oid::EMAIL_ADDRESS).map(|one| one.value)
}

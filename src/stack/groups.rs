//! The groups for the key exchange, with their names in IANA's registry ("TLS Supported Groups").

/// Number and name; those that certgrab computes with come first, best first.
const GROUPS: [(u16, &str); 27] = [
    (0x001d, "x25519"),
    (0x0017, "secp256r1"),
    (0x0018, "secp384r1"),
    (SECP521R1, "secp521r1"),
    (X25519MLKEM768, "X25519MLKEM768"),
    (0x001e, "x448"),
    (0x0100, "ffdhe2048"),
    (0x0101, "ffdhe3072"),
    (0x0102, "ffdhe4096"),
    (0x0103, "ffdhe6144"),
    (0x0104, "ffdhe8192"),
    (0x11eb, "SecP256r1MLKEM768"),
    (0x11ed, "SecP384r1MLKEM1024"),
    (0x0200, "MLKEM512"),
    (0x0201, "MLKEM768"),
    (0x0202, "MLKEM1024"),
    (0x001f, "brainpoolP256r1tls13"),
    (0x0020, "brainpoolP384r1tls13"),
    (0x0021, "brainpoolP512r1tls13"),
    (0x0029, "curveSM2"),
    (0x0016, "secp256k1"),
    (0x001a, "brainpoolP256r1"),
    (0x001b, "brainpoolP384r1"),
    (0x001c, "brainpoolP512r1"),
    (0x0022, "GC256A"),
    (0x0023, "GC256B"),
    (0x0027, "GC512A"),
];

/// x25519, secp256r1, secp384r1: nearly every server supports them.
pub(crate) const COMMON: [u16; 3] = [0x001d, 0x0017, 0x0018];

/// secp521r1 and X25519MLKEM768 (draft-ietf-tls-ecdhe-mlkem), offered if no other group works.
pub(crate) const RARE: [u16; 2] = [SECP521R1, X25519MLKEM768];

pub(crate) const SECP521R1: u16 = 0x0019;
const X25519MLKEM768: u16 = 0x11ec;

/// x448, the Brainpool curves, secp256k1 and the finite fields of RFC 7919: only offered in a cleartext
/// handshake, which does not compute with them.
pub(crate) const NAMED: [u16; 8] = [0x001e, 0x001a, 0x001b, 0x001c, 0x0016, 0x0100, 0x0101, 0x0102];

/// Every group with a name in certgrab.
pub(crate) fn all() -> Vec<u16> {
    GROUPS.iter().map(|(number, _)| *number).collect()
}

/// Whether certgrab can compute with a group.
pub(crate) fn is_computable(number: u16) -> bool {
    COMMON.contains(&number) || RARE.contains(&number)
}

/// The name of a group in the registry, or its number.
pub(crate) fn name(number: u16) -> String {
    let known = GROUPS.iter().find(|(known, _)| *known == number);
    known.map_or_else(|| format!("0x{number:04x}"), |(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_unique_and_offered_ones_have_names() {
        let all = all();
        for (index, number) in all.iter().enumerate() {
            assert!(!all[..index].contains(number), "{number:04x}");
        }
        for number in COMMON.iter().chain(&RARE).chain(&NAMED) {
            assert!(all.contains(number), "{number:04x}");
        }
        assert_eq!(name(0x001e), "x448");
        assert_eq!(name(0x7777), "0x7777");
    }
}

//! Ed448 (RFC 8032 section 5.2). RustCrypto's crate for it is a pre-release.
//!
//! A point (x, y) of x² + y² = 1 + dx²y² is kept as (X, Y, Z) with x = X/Z and y = Y/Z. All inputs are
//! public, so no function needs constant time.

use ecdsa::elliptic_curve::bigint::{
    BoxedUint,
    modular::{BoxedMontyForm as Residue, BoxedMontyParams as Modulus},
};
use shake::{ExtendableOutput as _, Shake256, Update as _};

use super::products::{self, Group};

/// Octets of a key, and of each half of a signature.
const OCTETS: usize = 57;
/// Bits in which numbers of the field are kept.
const BITS: u32 = 448;

/// 2^448 - 2^224 - 1.
const PRIME: &str = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffe\
                     ffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
/// 2^446 - 13818066809895115352007386748515426880336692474882178609894547503885.
const ORDER: &str = "3fffffffffffffffffffffffffffffffffffffffffffffffffffffff\
                     7cca23e9c44edb49aed63690216cc2728dc58f552378c292ab5844f3";
/// d is minus this.
const MINUS_D: u32 = 39_081;
/// The base point.
const BASE: [&str; 2] = [
    "4f1970c66bed0ded221d15a622bf36da9e146570470f1767ea6de324\
     a3d3a46412ae1af72ab66511433b80e18b00938e2626a82bc70cc05e",
    "693f46716eb6bc248876203756c9c7624bea73736ca3984087789c1e\
     05a0c2d73ad3ff1ce67c39c4fdbd132c4ed7c8ad9808795bf230fa14",
];

/// Whether `signature` on `message` is by `key` (section 5.2.7), without the cofactor, as OpenSSL and Java
/// compute it.
pub(super) fn is_signed(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let is_whole = key.len() == OCTETS && signature.len() == 2 * OCTETS;
    is_whole && point_of_signer(key, message, signature).is_some_and(|r| r == signature[..OCTETS])
}

/// The encoded point that the first half of the signature must be.
fn point_of_signer(key: &[u8], message: &[u8], signature: &[u8]) -> Option<[u8; OCTETS]> {
    let field = Field::new()?;
    let (r, s) = signature.split_at(OCTETS);
    let minus_key = field.minus(&field.decode(key)?);
    let order = constant(ORDER)?;
    let s = number(s).filter(|s| *s < order)?;
    // Without a context, and not prehashed.
    let mut hashed = [0; 2 * OCTETS];
    let hash = Shake256::default().chain(b"SigEd448\x00\x00").chain(r).chain(key).chain(message);
    hash.finalize_xof_into(&mut hashed);
    let wide = BoxedUint::from_le_slice_vartime(&hashed);
    let k = wide.rem_vartime(&order.into_nz().into_option()?);
    let base = Point { x: field.constant(BASE[0])?, y: field.constant(BASE[1])?, z: field.one() };
    field.encode(&products::sum(&field, (&base, &s), (&minus_key, &k)))
}

fn constant(digits: &str) -> Option<BoxedUint> {
    BoxedUint::from_str_radix_with_precision_vartime(digits, 16, BITS).ok()
}

/// The number in the first 56 octets, least significant first; the last octet must be 0.
fn number(octets: &[u8]) -> Option<BoxedUint> {
    let (last, octets) = octets.split_last()?;
    (*last == 0).then(|| BoxedUint::from_le_slice(octets, BITS).ok())?
}

struct Field {
    prime: Modulus,
    minus_d: Residue,
}

#[derive(Clone)]
struct Point {
    x: Residue,
    y: Residue,
    z: Residue,
}

impl Field {
    fn new() -> Option<Self> {
        let prime = Modulus::new_vartime(constant(PRIME)?.into_odd().into_option()?);
        let minus_d = BoxedUint::from_be_slice(&MINUS_D.to_be_bytes(), BITS).ok()?;
        let minus_d = Residue::new(minus_d, &prime);
        Some(Self { prime, minus_d })
    }

    fn one(&self) -> Residue {
        Residue::one(&self.prime)
    }

    fn constant(&self, digits: &str) -> Option<Residue> {
        Some(Residue::new(constant(digits)?, &self.prime))
    }

    /// Section 5.2.3.
    fn decode(&self, octets: &[u8]) -> Option<Point> {
        let mut octets = octets.to_vec();
        let last = octets.last_mut()?;
        let is_odd = *last & 0x80 != 0;
        *last &= 0x7f;
        let y = number(&octets).filter(|y| y < self.prime.modulus().as_ref())?;
        let y = Residue::new(y, &self.prime);
        let squared = y.square();
        // x² = u/v with u = y² - 1 and v = dy² - 1, both negated here.
        let u = &self.one() - &squared;
        let v = &(&self.minus_d * &squared) + &self.one();
        // The root is u³v(u⁵v³)^((p-3)/4), and (p-3)/4 = 2^446 - 2^222 - 1.
        let u_cubed = &u.square() * &u;
        let v_cubed = &v.square() * &v;
        let exponent = self.prime.modulus().as_ref().shr_vartime(2)?;
        let power = (&(&u_cubed * &u.square()) * &v_cubed).pow(&exponent);
        let x = &(&u_cubed * &v) * &power;
        if &v * &x.square() != u {
            return None;
        }
        let is_zero = x.is_zero().to_bool();
        if is_zero && is_odd {
            return None;
        }
        let is_right = x.retrieve().bit_vartime(0) == is_odd;
        Some(Point { x: if is_right { x } else { -x }, y, z: self.one() })
    }

    /// Section 5.2.2.
    fn encode(&self, point: &Point) -> Option<[u8; OCTETS]> {
        let inverse = point.z.invert_vartime().into_option()?;
        let y = (&point.y * &inverse).retrieve().to_le_bytes();
        let x = (&point.x * &inverse).retrieve();
        let mut octets = [0; OCTETS];
        octets[..OCTETS - 1].copy_from_slice(y.get(..OCTETS - 1)?);
        octets[OCTETS - 1] = if x.bit_vartime(0) { 0x80 } else { 0 };
        Some(octets)
    }

    fn minus(&self, point: &Point) -> Point {
        Point { x: -&point.x, ..point.clone() }
    }
}

impl Group for Field {
    type Point = Point;

    fn neutral(&self) -> Point {
        Point { x: Residue::zero(&self.prime), y: self.one(), z: self.one() }
    }

    fn double(&self, point: &Point) -> Point {
        self.add(point, point)
    }

    /// Section 5.2.4; it holds for equal points too.
    fn add(&self, one: &Point, other: &Point) -> Point {
        let a = &one.z * &other.z;
        let b = a.square();
        let c = &one.x * &other.x;
        let d = &one.y * &other.y;
        let minus_e = &(&self.minus_d * &c) * &d;
        let (f, g) = (&b + &minus_e, &b - &minus_e);
        let h = &(&one.x + &one.y) * &(&other.x + &other.y);
        Point { x: &(&a * &f) * &(&(&h - &c) - &d), y: &(&a * &g) * &(&d - &c), z: &f * &g }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn octets(digits: &str) -> Vec<u8> {
        let digit = |place| u8::from_str_radix(&digits[place..place + 2], 16).unwrap();
        (0..digits.len()).step_by(2).map(digit).collect()
    }

    /// A key, and its signatures on `certgrab` and on 200 zeros, made by OpenSSL 3.0.
    const KEY: &str = "161aebf84a361cf99e42aa9e8b74bd1d84d5b203542b0b2fb4cb181d9b299de935841871839f\
         3f4d58216aed3acf1597574db18f6b07b5b180";
    const SIGNATURES: [&str; 2] = [
        "bbb03ef51d98468fb63545e73e22f5e2a914f9eb014aee6e290af091efd82584e8ff324448b8\
         4165add37696a87368fba455a1a07692198600c96abcc2cc12de718dcec67899fcebb01d972e\
         e30c329944d15da0707dbb005e5e74f5d4490baf21a69edc86afddc2226be46a7f1eba431f00",
        "c09a6738072346f8b8d1a5d9e10e0e38b95589bb4beefdacba3c6d3e7413f7c97235f77ba237\
         f45303b06baa558a8d0321327504d7ac3b67801860d372d6151962f4bcac29968900f606ca93\
         6b6eecd6fd47c5fe117e09f4d5856d22e7fb287783e1997218efd429757e3e589f5ac6232900",
    ];

    #[test]
    fn signatures_made_by_openssl_are_valid_and_changed_ones_are_not() {
        let key = octets(KEY);
        let messages = [b"certgrab".to_vec(), vec![0; 200]];
        for (message, signature) in messages.iter().zip(SIGNATURES) {
            let signature = octets(signature);
            assert!(is_signed(&key, message, &signature));
            for place in [0, 56, 57, 112] {
                let mut other = signature.clone();
                other[place] ^= 1;
                assert!(!is_signed(&key, message, &other), "{place}");
            }
            assert!(!is_signed(&key, &message[1..], &signature));
            assert!(!is_signed(&key, message, &signature[1..]));
        }
    }

    #[test]
    fn a_signature_with_the_order_added_to_its_second_half_is_not_valid() {
        let mut signature = octets(SIGNATURES[0]);
        let s = BoxedUint::from_le_slice(&signature[57..], 512).unwrap();
        let order = BoxedUint::from_str_radix_with_precision_vartime(ORDER, 16, 512).unwrap();
        let sum = s.wrapping_add(&order).to_le_bytes();
        signature[57..].copy_from_slice(&sum[..57]);
        assert!(!is_signed(&octets(KEY), b"certgrab", &signature));
    }
}

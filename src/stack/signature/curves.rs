//! ECDSA (SEC 1, version 2.0, section 4.1.4) on P-192, P-224 and brainpoolP512r1. RustCrypto's crates for the
//! first two are release candidates, and it has none for the third.
//!
//! A point (x, y) is kept as (X, Y, Z) with x = X/Z² and y = Y/Z³, and the point at infinity has Z = 0.
//! All inputs are public, so no function needs constant time.

use ecdsa::elliptic_curve::bigint::{
    BoxedUint,
    modular::{BoxedMontyForm as Residue, BoxedMontyParams as Modulus},
};

use der::{Reader as _, SliceReader, asn1::UintRef};

/// y² = x³ + ax + b over a prime field, and a point whose multiples are all points of the curve. Numbers
/// are hexadecimal, and the order has as many bits as the field has in `octets`.
pub(super) struct Curve {
    octets: usize,
    prime: &'static str,
    a: &'static str,
    b: &'static str,
    generator: [&'static str; 2],
    order: &'static str,
}

/// P-192 (SP 800-186 section 3.2.1.1).
pub(super) const P192: Curve = Curve {
    octets: 24,
    prime: "fffffffffffffffffffffffffffffffeffffffffffffffff",
    a: "fffffffffffffffffffffffffffffffefffffffffffffffc",
    b: "64210519e59c80e70fa7e9ab72243049feb8deecc146b9b1",
    generator: [
        "188da80eb03090f67cbf20eb43a18800f4ff0afd82ff1012",
        "07192b95ffc8da78631011ed6b24cdd573f977a11e794811",
    ],
    order: "ffffffffffffffffffffffff99def836146bc9b1b4d22831",
};

/// P-224 (SP 800-186 section 3.2.1.2).
pub(super) const P224: Curve = Curve {
    octets: 28,
    prime: "ffffffffffffffffffffffffffffffff000000000000000000000001",
    a: "fffffffffffffffffffffffffffffffefffffffffffffffffffffffe",
    b: "b4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4",
    generator: [
        "b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21",
        "bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34",
    ],
    order: "ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d",
};

/// brainpoolP512r1 (RFC 5639 section 3.7).
pub(super) const BRAINPOOL_512: Curve = Curve {
    octets: 64,
    prime: "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330871\
            7d4d9b009bc66842aecda12ae6a380e62881ff2f2d82c68528aa6056583a48f3",
    a: "7830a3318b603b89e2327145ac234cc594cbdd8d3df91610a83441caea9863bc\
        2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94ca",
    b: "3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a7\
        2bf2c7b9e7c1ac4d77fc94cadc083e67984050b75ebae5dd2809bd638016f723",
    generator: [
        "81aee4bdd82ed9645a21322e9c4c6a9385ed9f70b5d916c1b43b62eef4d0098e\
         ff3b1f78e2d0d48d50d1687b93b97d5f7c6d5047406a5e688b352209bcb9f822",
        "7dde385d566332ecc0eabfa9cf7822fdf209f70024a57b1aa000c55b881f8111\
         b2dcde494a5f485e5bca4bd88a2763aed1ca2b2fa8f0540678cd1e0f3ad80892",
    ],
    order: "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870\
            553e5c414ca92619418661197fac10471db1d381085ddaddb58796829ca90069",
};

/// Whether the DER signature `signature` on a message with this digest is by the key at `point`, which is
/// uncompressed.
pub(super) fn is_signed(curve: &Curve, point: &[u8], digest: &[u8], signature: &[u8]) -> bool {
    x_of_signer(curve, point, digest, signature).is_some_and(|(x, r)| x == r)
}

/// The number that the key gives, and the one in the signature; `None` if either is not valid.
fn x_of_signer(
    curve: &Curve,
    point: &[u8],
    digest: &[u8],
    signature: &[u8],
) -> Option<(BoxedUint, BoxedUint)> {
    let field = Field::of(curve)?;
    let order = curve.modulus(curve.order)?;
    let key = field.point(curve, point)?;
    let [r, s] = r_and_s(signature)?;
    let scalar = |octets| curve.number(octets).filter(|number| is_below(number, &order));
    let (r, s) = (scalar(r)?, scalar(s)?);
    // The first bits of a digest that has more than the order.
    let digest = &digest[..digest.len().min(curve.octets)];
    let residue = |number: BoxedUint| Residue::new(number, &order);
    let inverse = residue(s).invert_vartime().into_option()?;
    let u1 = &residue(curve.number(digest)?) * &inverse;
    let u2 = &residue(r.clone()) * &inverse;
    let generator = field.generator(curve)?;
    let sum = field.sum_of_products((&generator, &u1.retrieve()), (&key, &u2.retrieve()));
    let x = field.x(&sum)?;
    Some((residue(x).retrieve(), r))
}

fn is_below(number: &BoxedUint, modulus: &Modulus) -> bool {
    number.is_nonzero().to_bool() && number < modulus.modulus().as_ref()
}

/// The numbers r and s of an ECDSA-Sig-Value in DER (RFC 3279 section 2.2.3), without leading zeros.
fn r_and_s(signature: &[u8]) -> Option<[&[u8]; 2]> {
    let mut reader = SliceReader::new(signature).ok()?;
    let numbers: der::Result<[UintRef<'_>; 2]> =
        reader.sequence(|numbers| Ok([numbers.decode()?, numbers.decode()?]));
    let [r, s] = numbers.ok()?;
    reader.is_finished().then(|| [r.as_bytes(), s.as_bytes()])
}

impl Curve {
    /// The bits in which numbers are kept: those of the field, in whole words.
    fn bits(&self) -> u32 {
        u32::try_from(self.octets.next_multiple_of(8) * 8).unwrap_or(u32::MAX)
    }

    fn number(&self, octets: &[u8]) -> Option<BoxedUint> {
        let fits = octets.len() <= self.octets;
        fits.then(|| BoxedUint::from_be_slice(octets, self.bits()).ok())?
    }

    fn constant(&self, digits: &str) -> Option<BoxedUint> {
        BoxedUint::from_str_radix_with_precision_vartime(digits, 16, self.bits()).ok()
    }

    fn modulus(&self, digits: &str) -> Option<Modulus> {
        Some(Modulus::new_vartime(self.constant(digits)?.into_odd().into_option()?))
    }
}

/// The field of a curve, and the coefficients of the curve.
struct Field {
    prime: Modulus,
    a: Residue,
    b: Residue,
}

#[derive(Clone)]
struct Point {
    x: Residue,
    y: Residue,
    z: Residue,
}

impl Field {
    fn of(curve: &Curve) -> Option<Self> {
        let prime = curve.modulus(curve.prime)?;
        let residue = |digits| Some(Residue::new(curve.constant(digits)?, &prime));
        let (a, b) = (residue(curve.a)?, residue(curve.b)?);
        Some(Self { prime, a, b })
    }

    fn generator(&self, curve: &Curve) -> Option<Point> {
        let [x, y] = curve.generator;
        Some(self.affine(curve.constant(x)?, curve.constant(y)?))
    }

    fn affine(&self, x: BoxedUint, y: BoxedUint) -> Point {
        let residue = |number| Residue::new(number, &self.prime);
        Point { x: residue(x), y: residue(y), z: Residue::one(&self.prime) }
    }

    /// An uncompressed point of the curve (SEC 1 section 2.3.4).
    fn point(&self, curve: &Curve, octets: &[u8]) -> Option<Point> {
        let coordinates = octets.strip_prefix(&[4])?;
        if coordinates.len() != 2 * curve.octets {
            return None;
        }
        let (x, y) = coordinates.split_at(curve.octets);
        let (x, y) = (curve.number(x)?, curve.number(y)?);
        let prime = self.prime.modulus().as_ref();
        if x >= *prime || y >= *prime {
            return None;
        }
        let point = self.affine(x, y);
        let right = &(&(&point.x.square() + &self.a) * &point.x) + &self.b;
        (point.y.square() == right).then_some(point)
    }

    /// The affine x; `None` at infinity.
    fn x(&self, point: &Point) -> Option<BoxedUint> {
        let inverse = point.z.invert_vartime().into_option()?;
        Some((&point.x * &inverse.square()).retrieve())
    }
}

impl Field {
    fn identity(&self) -> Point {
        let one = Residue::one(&self.prime);
        Point { x: one.clone(), y: one, z: Residue::zero(&self.prime) }
    }

    /// The sum of two points, each multiplied by its number.
    fn sum_of_products(
        &self,
        (one, times): (&Point, &BoxedUint),
        (other, other_times): (&Point, &BoxedUint),
    ) -> Point {
        let both = self.add(one, other);
        let mut sum = self.identity();
        for bit in (0..times.bit_width_vartime().max(other_times.bit_width_vartime())).rev() {
            sum = self.double(&sum);
            let added = match (times.bit_vartime(bit), other_times.bit_vartime(bit)) {
                (true, true) => &both,
                (true, false) => one,
                (false, true) => other,
                (false, false) => continue,
            };
            sum = self.add(&sum, added);
        }
        sum
    }

    fn double(&self, point: &Point) -> Point {
        let Point { x, y, z } = point;
        let y_squared = y.square();
        let s = (x * &y_squared).double().double();
        let x_squared = x.square();
        let slope = &(&x_squared.double() + &x_squared) + &(&self.a * &z.square().square());
        let new_x = &slope.square() - &s.double();
        let y_fourth = y_squared.square().double().double().double();
        let new_y = &(&slope * &(&s - &new_x)) - &y_fourth;
        Point { x: new_x, y: new_y, z: (y * z).double() }
    }

    fn add(&self, one: &Point, other: &Point) -> Point {
        let is_infinity = |point: &Point| point.z.is_zero().to_bool();
        if is_infinity(one) {
            return other.clone();
        }
        if is_infinity(other) {
            return one.clone();
        }
        let (z1, z2) = (one.z.square(), other.z.square());
        let (u1, u2) = (&one.x * &z2, &other.x * &z1);
        let (s1, s2) = (&one.y * &(&z2 * &other.z), &other.y * &(&z1 * &one.z));
        let (h, r) = (&u2 - &u1, &s2 - &s1);
        if h.is_zero().to_bool() {
            return if r.is_zero().to_bool() { self.double(one) } else { self.identity() };
        }
        let h_squared = h.square();
        let h_cubed = &h_squared * &h;
        let v = &u1 * &h_squared;
        let x = &(&r.square() - &h_cubed) - &v.double();
        let y = &(&r * &(&v - &x)) - &(&s1 * &h_cubed);
        Point { x, y, z: &(&one.z * &other.z) * &h }
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256, Sha512};

    use super::*;

    const CURVES: [&Curve; 3] = [&P192, &P224, &BRAINPOOL_512];

    #[test]
    fn a_generator_is_on_its_curve_and_has_its_order() {
        for curve in CURVES {
            let field = Field::of(curve).unwrap();
            let generator = field.generator(curve).unwrap();
            let mut octets = vec![4];
            for coordinate in curve.generator {
                let number = curve.constant(coordinate).unwrap().to_be_bytes();
                octets.extend(&number[number.len() - curve.octets..]);
            }
            assert!(field.point(curve, &octets).is_some());
            *octets.last_mut().unwrap() ^= 1;
            assert!(field.point(curve, &octets).is_none());
            let order = curve.constant(curve.order).unwrap();
            let zero = BoxedUint::zero_with_precision(curve.bits());
            let sum = field.sum_of_products((&generator, &order), (&generator, &zero));
            assert!(field.x(&sum).is_none());
        }
    }

    #[test]
    fn signature_numbers_are_positive_in_der_and_fill_the_sequence() {
        assert_eq!(r_and_s(&[0x30, 6, 2, 1, 5, 2, 1, 6]), Some([&[5][..], &[6]]));
        assert_eq!(r_and_s(&[0x30, 7, 2, 2, 0, 0x85, 2, 1, 6]), Some([&[0x85][..], &[6]]));
        for broken in [
            &[0x30, 6, 2, 1, 0x85, 2, 1, 6][..],
            &[0x30, 5, 2, 0, 2, 1, 6],
            &[0x30, 7, 2, 1, 5, 2, 1, 6, 0],
            &[0x30, 3, 2, 1, 5],
            // Not the shortest form, which OpenSSL refuses too.
            &[0x30, 7, 2, 2, 0, 5, 2, 1, 6],
            &[0x30, 0x81, 6, 2, 1, 5, 2, 1, 6],
        ] {
            assert_eq!(r_and_s(broken), None);
        }
    }

    /// A curve, a point, and signatures on `certgrab` with SHA-256 and SHA-512, made by OpenSSL 3.0.
    const SIGNED: [(&Curve, &str, [&str; 2]); 3] = [
        (
            &P192,
            "046518bbeee4564598445d02ad76be5c5390120d6520ca34077b397728e7507083bbd9320793\
             3f9b3e912b6662de2bf500",
            [
                "303502187fff2c6daaf18ac15c6a87e505d6dabf34459432da2cc1d8021900bd2164dc40c444\
             1c16e35511ced567d9ef4c9091f18dc509",
                "3035021861304380b3112c320012bdb190d4a984bf96455718ef784c021900c7952313ca75c6\
             59b56dfeb695d50dc2881a903aa42d6b57",
            ],
        ),
        (
            &P224,
            "046367efd6a106be99c1388a0c31ee989c401dbf0df04614ace248659ce26108fd0e6fab40a5\
             6328bf38887d43f9a3d724f99c2f8c6d1dc58c",
            [
                "303d021c436912bbf5fc12fc21f174e4c579ed6bbca9b63f1588df1aeacdd629021d00ad6744\
             7c01992ef028efae267f08444cd456b645257df88d4d1c4c9c",
                "303c021c755f08eb59409a4ad99c8a1af71e3813345f7174144ed4a9703fdd03021c12b6ba5c\
             2e5c270adee1c326c83f0f1720cb6b2db26e90152ac64ad9",
            ],
        ),
        (
            &BRAINPOOL_512,
            "0473a0a8fdc3375abf35921c736c71fdfa243273eb43e0b3011b13c256a5b17510ea00b329f5\
             fac2b48c6511bf321014a5cea5123bb4d405997153657f1addc22a578233f835341f9325fe23\
             a3625d73ea9f77f1847d887188fb5c21017d90557b256d6944340850f0bcd0fd54832a2e7452\
             fd918d95e06aca1db36990bd446385",
            [
                "308185024100a306f43ffa449496787f5573f2bab8c843ab657361146af0081f61e4a76ff2f8\
             12234c7b59bce044d0ce2ae501251ca25064db1a1ffc67b11b6146974131e9630240628073ab\
             9e26a2504a2a334a0e9814dc078668692a24b365c8bdf091281f8cc3cf62dd828c8ecf79d2d3\
             40ed7f0efe64fb5eef8460c949a2705cf14b653e1e29",
                "30818402401da7403aacefb74b80e90a7c1bc476d2fc658b0e9b4d538715a6f49e4cccccdcf4\
             2db32dcb07b4a4c76659f9a367f122ad01e3646a1265a067a95b44ba032d5d02407e71bf2822\
             6d5f4188ec8d069ba00d25f7967a5796a660b0ce959b4393bca7838dc12e9efba1393f6cb7a1\
             5514cd7a430287e8df91c6e180494074df2fa192c6",
            ],
        ),
    ];

    fn octets(digits: &str) -> Vec<u8> {
        let digit = |place| u8::from_str_radix(&digits[place..place + 2], 16).unwrap();
        (0..digits.len()).step_by(2).map(digit).collect()
    }

    #[test]
    fn signatures_by_openssl_are_valid_and_changed_ones_are_not() {
        for (curve, point, signatures) in SIGNED {
            let digests =
                [Sha256::digest(b"certgrab").to_vec(), Sha512::digest(b"certgrab").to_vec()];
            let point = octets(point);
            for (digest, signature) in digests.iter().zip(signatures) {
                let signature = octets(signature);
                assert!(is_signed(curve, &point, digest, &signature));
                let mut other = signature.clone();
                *other.last_mut().unwrap() ^= 1;
                assert!(!is_signed(curve, &point, digest, &other));
                let mut other = digest.clone();
                other[0] ^= 1;
                assert!(!is_signed(curve, &point, &other, &signature));
            }
            assert!(!is_signed(curve, &point, &digests[0], &octets(signatures[1])));
        }
    }
}

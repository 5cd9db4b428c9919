//! Multiples of points, for the curves that no released crate supports.

use ecdsa::elliptic_curve::bigint::BoxedUint;

/// The points of a curve, with their addition.
pub(super) trait Group {
    type Point;

    /// The point that changes no other when it is added.
    fn neutral(&self) -> Self::Point;

    fn double(&self, point: &Self::Point) -> Self::Point;

    fn add(&self, one: &Self::Point, other: &Self::Point) -> Self::Point;
}

/// The sum of two points, each multiplied by its number.
pub(super) fn sum<G: Group>(
    group: &G,
    (one, times): (&G::Point, &BoxedUint),
    (other, other_times): (&G::Point, &BoxedUint),
) -> G::Point {
    let both = group.add(one, other);
    let mut sum = group.neutral();
    for bit in (0..times.bit_width_vartime().max(other_times.bit_width_vartime())).rev() {
        sum = group.double(&sum);
        let added = match (times.bit_vartime(bit), other_times.bit_vartime(bit)) {
            (true, true) => &both,
            (true, false) => one,
            (false, true) => other,
            (false, false) => continue,
        };
        sum = group.add(&sum, added);
    }
    sum
}

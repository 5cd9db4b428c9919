//! Where something is in a file.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// A place in a file: its line, and more if the line is not enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The offset in bytes, in a binary file.
    pub offset: Option<usize>,
    /// Which certificate of the file it is, from 1, and how many there are; only if several are on the
    /// line.
    pub part: Option<(usize, usize)>,
    /// Which block of which constant, and which certificate in it, if it is one of these.
    pub(crate) unit: Option<Unit>,
}

/// The position of a certificate: the constant, the byte in it where the block
/// begins, and which certificate of the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Unit {
    pub(crate) constant: usize,
    pub(crate) begin: usize,
    pub(crate) index: usize,
}

impl Place {
    /// The same by the byte where its block begins, in a binary file.
    pub(crate) fn by_offset(self) -> Self {
        Self { offset: self.unit.map(|unit| unit.begin), ..self }
    }

    /// The same, for certificate `index` of the block that begins at the byte `begin` of its constant.
    pub(crate) fn in_block(self, begin: usize, index: usize) -> Self {
        Self { unit: Some(Unit { constant: 0, begin, index }), ..self }
    }

    /// The same, in the constant with this index.
    pub(crate) fn in_constant(self, constant: usize) -> Self {
        Self { unit: self.unit.map(|unit| Unit { constant, ..unit }), ..self }
    }
}

impl From<usize> for Place {
    fn from(line: usize) -> Self {
        Self { line, offset: None, part: None, unit: None }
    }
}

/// What follows the name of the file: `:12`, or `+0x7d8` for bytes.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset {
            Some(offset) => write!(f, "+{offset:#x}"),
            None => write!(f, ":{}", self.line),
        }
    }
}

/// Counts the units of a file, to distinguish those that share a line.
pub(crate) struct Numbering {
    numbers: BTreeMap<Unit, usize>,
    crowded: BTreeSet<usize>,
}

impl Numbering {
    /// Counts the units among `places`.
    pub(crate) fn of(places: impl Iterator<Item = Place>) -> Self {
        let mut units: BTreeMap<Unit, usize> = BTreeMap::new();
        for place in places.filter(|place| place.offset.is_none()) {
            if let Some(unit) = place.unit {
                units.entry(unit).or_insert(place.line);
            }
        }
        let (mut lines, mut crowded) = (BTreeSet::new(), BTreeSet::new());
        for line in units.values() {
            if !lines.insert(*line) {
                crowded.insert(*line);
            }
        }
        let numbers = units.keys().enumerate().map(|(index, unit)| (*unit, index + 1)).collect();
        Self { numbers, crowded }
    }

    /// `place` with the number of its certificate, if the line is not enough.
    pub(crate) fn numbered(&self, place: Place) -> Place {
        let number = place.unit.and_then(|unit| self.numbers.get(&unit));
        let number = number.filter(|_| self.crowded.contains(&place.line));
        Place { part: number.map(|number| (*number, self.numbers.len())), ..place }
    }
}

//! Serial numbers at each certificate.

use super::places::{Places as _, Position};
use super::{Field, Part, Table};

pub(super) fn list(table: &mut Table) {
    let numbers: [(&str, &str, Vec<u8>); 8] = [
        ("0", "0", vec![0]),
        ("neg", "negative", vec![0xf0, 1]),
        ("20", "of 20 octets", vec![0x11; 20]),
        ("20-high", "of 20 octets and a zero before them", [vec![0], vec![0x91; 20]].concat()),
        ("21", "of 21 octets", vec![0x11; 21]),
        ("40", "of 40 octets", vec![0x11; 40]),
        ("padded", "with needless zeros", vec![0, 0, 0, 1]),
        ("empty", "of no octets", vec![]),
    ];
    for (word, about, octets) in numbers {
        for position in Position::ALL {
            let octets = octets.clone();
            let id = format!("{}-serial-{word}", position.word());
            let about = format!("{}: serial number {about}", position.title());
            table.add(id, about, &[Part::Of(position, Field::Serial)], move |chain| {
                chain.at(position).serial = octets.clone();
            });
        }
    }
}

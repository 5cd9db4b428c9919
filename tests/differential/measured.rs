//! The verdicts of the libraries on each single departure, as listed in `measured.tsv`: a row for each
//! departure, a column for each stack; "+" it connects, "-" it refuses, "?" no server could present it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::departures::departures;

use super::chains::Chains;
use super::clients::{Verdict, Verdicts};

/// All stacks that have a column, in its order.
const STACKS: [&str; 24] = [
    "bearssl-ca",
    "bearssl-x509list",
    "curl",
    "embedded-tls",
    "embedded-tls-rustpki",
    "gnutls",
    "go",
    "go-1.27",
    "java",
    "mbedtls-2.28",
    "mbedtls-3.6",
    "mbedtls-3.6-notime",
    "mbedtls-3.6-sha256",
    "micropython",
    "openssl",
    "openssl-3.5",
    "openssl-4.0",
    "openssl-partial-chain",
    "python",
    "python-3.13",
    "rustls",
    "rustls-aws",
    "wolfssl",
    "wolfssl-default",
];

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential/measured.tsv")
}

/// The listed verdicts, in the order of the chains, which have single departures.
pub(super) fn read(chains: &Chains) -> Verdicts {
    let text = fs::read_to_string(file()).expect("measured.tsv");
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|row| row.split('\t').collect()).collect();
    let all = departures();
    assert_eq!(rows.len(), chains.all.len(), "a row for each departure");
    let column = |(number, stack): (usize, &'static str)| {
        let verdict = |(row, departure): (&Vec<&str>, &super::departures::Departure)| {
            assert_eq!(row[0], departure.id, "the rows are in the order of the departures");
            Verdict(
                match row[number + 1] {
                    "+" => "ok",
                    "?" => "unserved",
                    _ => "refuses",
                }
                .to_owned(),
            )
        };
        (stack, rows.iter().zip(&all).map(verdict).collect())
    };
    STACKS.into_iter().enumerate().map(column).collect()
}

/// Writes the list if `CERTGRAB_MEASURE` is "write"; otherwise it must be unchanged.
pub(super) fn compare_or_write(chains: &Chains, verdicts: &Verdicts) {
    let stacks: Vec<_> = verdicts.iter().map(|(stack, _)| *stack).collect();
    assert_eq!(stacks, STACKS, "every library is there");
    let mut table = format!("departure\t{}\n", STACKS.join("\t"));
    for (place, departure) in departures().iter().enumerate().take(chains.all.len()) {
        table += &departure.id;
        for (_, said) in verdicts {
            let sign = match &said[place] {
                verdict if verdict.is_none() => '?',
                verdict if verdict.connects() => '+',
                _ => '-',
            };
            let _ = write!(table, "\t{sign}");
        }
        table.push('\n');
    }
    if std::env::var("CERTGRAB_MEASURE").as_deref() == Ok("write") {
        fs::write(file(), table).expect("a file");
        return;
    }
    let listed = fs::read_to_string(file()).expect("measured.tsv");
    let changed: Vec<_> =
        table.lines().zip(listed.lines()).filter(|(now, was)| now != was).collect();
    assert!(changed.is_empty(), "{changed:#?}");
}

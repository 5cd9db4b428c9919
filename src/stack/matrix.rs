//! The table against the measured matrix.

use super::*;
use crate::text::time::Time;

#[test]
fn dev_matrix() {
    let dir = std::path::PathBuf::from(std::env::var("CERTGRAB_MATRIX").unwrap());
    let tsv = std::fs::read_to_string("/work/shared/matrix/matrix.tsv").unwrap();
    let only = std::env::var("ONLY").unwrap_or_default();
    let at = Time::from_date(2026, 6, 1).unwrap();
    let head: Vec<_> = tsv.lines().next().unwrap().split('\t').collect();
    let ders = |path: std::path::PathBuf| -> Vec<Vec<u8>> {
        pem::parse_many(std::fs::read(path).unwrap())
            .unwrap()
            .into_iter()
            .map(|one| one.into_contents())
            .collect()
    };
    let mut totals = std::collections::BTreeMap::<&str, [usize; 4]>::new();
    for line in tsv.lines().skip(1) {
        let row: Vec<_> = line.split('\t').collect();
        let chain = ders(dir.join(format!("{}.chain.pem", row[0])));
        let anchor = ders(dir.join(format!("{}.anchor.pem", row[0])));
        let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
        let anchor: Vec<&[u8]> = anchor.iter().map(Vec::as_slice).collect();
        let case =
            Case::new(Question { presented: &chain, anchors: &anchor, host: Some(row[3]), at });
        for stack in STACKS.iter().filter(|stack| stack.name.contains(&only)) {
            let Some(column) = head.iter().position(|one| *one == stack.name) else { continue };
            let verdict = stack.judge(&case);
            let ok = row[column] == "ok";
            let total = totals.entry(stack.name).or_default();
            let kind = match (&verdict, ok) {
                (Verdict::Connects, true) | (Verdict::Refuses(_), false) => 0,
                (Verdict::Connects, false) => 1,
                (Verdict::Refuses(_), true) => 2,
                (Verdict::Unknown(_), true) => 3,
                (Verdict::Unknown(_), false) => 0,
            };
            total[kind] += 1;
            let words = verdict.refusal().map(ToString::to_string).unwrap_or_default();
            if kind > 0 {
                println!(
                    "{} {} {}: {words} | {}",
                    ["", "WRONG-YES", "WRONG-NO", "UNKNOWN"][kind],
                    stack.name,
                    row[0],
                    row[column]
                );
            } else if std::env::var("REASONS").is_ok() && !ok {
                println!("reason {} {}: {words} | {}", stack.name, row[0], row[column]);
            }
        }
    }
    for (name, total) in totals {
        println!(
            "TOTAL {name}: agree {} wrong-yes {} wrong-no {} unknown {}",
            total[0], total[1], total[2], total[3]
        );
    }
}

//! The constant of `rust-der` in a client over embedded-tls: pure Rust, TLS 1.3 only.
//!
//! In: the grabbed lock. Out: the same cases as in the other levels, with embedded-tls's errors.

use crate::{
    Bench, Fault,
    broker::Broker,
    built,
    pki::{NAME, Served},
    report::Report,
    tools::{Outcome, finish},
};
use std::{process::Command, time::Duration};

/// Far more than a connection on one machine takes.
const LIMIT: Duration = Duration::from_secs(30);

/// Runs the cases.
pub(crate) fn cases(bench: &Bench, report: &mut Report) -> Result<(), Fault> {
    let client = built::program(&bench.lock, "embedded-tls-client")?;
    let connect = |served: &Served| -> Result<Outcome, Fault> {
        let broker = Broker::start(bench.directory.path(), served, None)?;
        finish(Command::new(&client).arg(NAME).arg(broker.port.to_string()), LIMIT)
    };
    let pki = &bench.pki;
    report.case("embedded-tls: the client connects", || connect(&pki.good)?.succeeds(&["CONNACK"]));
    for (what, served) in [
        ("another root", &pki.other_root),
        ("another name", &pki.other_name),
        ("an expired certificate", &pki.expired),
        ("a server that does not send its intermediate", &pki.leaf_only),
        // It verifies from the anchor down, and expects the last certificate to be issued by the anchor.
        ("a chain that continues above the anchor", &pki.above_anchor),
    ] {
        report.case(&format!("embedded-tls: {what} is refused"), || {
            connect(served)?.fails(&["InvalidCertificate"])
        });
    }
    Ok(())
}

//! The constant of `rust-der`, in a client over embedded-tls: Rust alone, TLS 1.3 alone.
//!
//! In: the grabbed lock. Out: the same cases as in the other levels, in embedded-tls's own words.

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
        ("a server that leaves out its intermediate", &pki.bare),
        // It verifies from the anchor down and expects the topmost certificate right below that.
        ("a chain that goes on above the anchor", &pki.topped),
    ] {
        report.case(&format!("embedded-tls: {what} is refused"), || {
            connect(served)?.fails(&["InvalidCertificate"])
        });
    }
    Ok(())
}

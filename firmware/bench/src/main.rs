//! Runs the firmware against real brokers.
//!
//! In: certgrab (`$CERTGRAB`, or this repository's) and the tools of each level. Out: a line for every
//! case, and a line with the counts.
//!
//! ```text
//!  Pki ─▶ Broker ─▶ certgrab grabs the anchor ─▶ the firmware is built with it ─▶ cases
//! ```
//!
//! `bench` runs every level, and `bench L1 L3` only those two. `bench demo` starts one broker, connects
//! the host firmware to it and shows its output.

mod broker;
mod built;
mod embedded_tls;
mod l1;
mod l2;
mod l3;
mod l4;
mod l5;
mod lab;
mod observer;
mod pki;
mod report;
mod tools;

use broker::Broker;
use built::Built;
use pki::Pki;
use report::Report;
use std::{env, error::Error, fs, path::PathBuf, process::ExitCode};

/// Any error that fails a case.
pub(crate) type Fault = Box<dyn Error>;

/// The state that all levels share: the certificates of this run, and the lock that certgrab wrote.
pub(crate) struct Bench {
    pub(crate) pki: Pki,
    pub(crate) directory: tempfile::TempDir,
    /// The lock, grabbed from a broker that presents [`Pki::good`].
    pub(crate) lock: PathBuf,
}

fn main() -> ExitCode {
    let levels: Vec<String> = env::args().skip(1).collect();
    let result = match levels.as_slice() {
        [name] if name == "demo" => demo(),
        levels => run(levels),
    };
    result.unwrap_or_else(|fault| {
        eprintln!("bench: error: {fault}");
        ExitCode::FAILURE
    })
}

/// Runs the cases of `levels`, or of all.
fn run(levels: &[String]) -> Result<ExitCode, Fault> {
    let bench = Bench::new()?;
    let mut report = Report::default();
    for (name, level) in [
        ("L1", l1::cases as fn(&Bench, &mut Report) -> Result<(), Fault>),
        ("lab", lab::cases),
        ("L2", l2::cases),
        ("embedded-tls", embedded_tls::cases),
        ("L3", l3::cases),
        ("L4", l4::cases),
        ("L5", l5::cases),
    ] {
        let selected = levels.is_empty() || levels.iter().any(|level| level == name);
        if selected && let Err(fault) = level(&bench, &mut report) {
            report.case(&format!("{name}: its parts are built"), || Err(fault));
        }
    }
    Ok(report.close())
}

/// Starts one broker and shows the output of one connection.
fn demo() -> Result<ExitCode, Fault> {
    let bench = Bench::new()?;
    let built = Built::host(&bench.lock)?;
    let broker = Broker::start(bench.directory.path(), &bench.pki.good, None)?;
    let status = built.command(&broker).args(["--beats", "2", "--interval", "1"]).status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Bench {
    /// Creates the certificates, starts a broker, and runs certgrab to write its lock.
    fn new() -> Result<Self, Fault> {
        let directory = tempfile::tempdir()?;
        let pki = Pki::new()?;
        let lock = directory.path().join("broker.pem");
        let bench = Self { pki, directory, lock };
        fs::write(bench.roots(), &bench.pki.root)?;
        let broker = Broker::start(bench.directory.path(), &bench.pki.good, None)?;
        tools::grab(broker.port, &bench.roots(), &bench.lock)?;
        println!("certgrab wrote the lock of localhost:{}", broker.port);
        Ok(bench)
    }

    /// The root that certgrab trusts in this run.
    pub(crate) fn roots(&self) -> PathBuf {
        self.directory.path().join("roots.pem")
    }
}

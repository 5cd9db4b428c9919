//! The lab: `certgrab lab` runs valid and faulty servers, and the host firmware is the device.
//!
//! In: certgrab. Out: two cases: the firmware passes, and a build without verification fails with that
//! cause.

use crate::{Bench, Fault, built::Built, pki::NAME, report::Report, tools};
use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, ChildStderr, Stdio},
    time::{Duration, Instant},
};

/// Far more than all cases take on one machine.
const LIMIT: Duration = Duration::from_secs(180);

/// How long the lab waits for the next connection, in seconds.
const WAIT: &str = "20";

/// One connection per run, so that the firmware's pauses do not add up.
const ONCE: [&str; 4] = ["--beats", "1", "--attempts", "1"];

/// Runs the cases.
pub(crate) fn cases(bench: &Bench, report: &mut Report) -> Result<(), Fault> {
    let folder = bench.directory.path().join("lab");
    let lock = bench.directory.path().join("lab.pem");
    write_anchor(&folder, &lock)?;
    // Both builds write the same file, so each executable is copied.
    let keep = |built: Built, name: &str| -> Result<Built, Fault> {
        let program = bench.directory.path().join(name);
        fs::copy(&built.program, &program)?;
        Ok(Built { program })
    };
    let sound = keep(Built::host(&lock)?, "sound-host")?;
    let unsound = keep(Built::unsound_host(&lock)?, "unsound-host")?;
    report.case("lab: the firmware passes", || {
        round(&folder, &sound)?.succeeds(&["\nthe device passed\n"])
    });
    report.case("lab: a build without verification fails, with the cause", || {
        round(&folder, &unsound)?
            .fails(&["\nFAULT: the device accepts every certificate\n", "\nthe device FAILED\n"])
    });
    Ok(())
}

/// Runs the lab to create its CA in `folder` and write the anchor to `lock`. No device connects.
fn write_anchor(folder: &Path, lock: &Path) -> Result<(), Fault> {
    let mut lab = tools::certgrab();
    lab.args(["lab", "--listen", "127.0.0.1:0", "--wait", "1", "--dir"]).arg(folder);
    let outcome = tools::finish(lab.arg(format!("--emit=lock={}", lock.display())), LIMIT)?;
    match outcome.status.code() {
        Some(3) => Ok(()),
        _ => {
            Err(format!("expected exit code 3, found {}:\n{}", outcome.status, outcome.output)
                .into())
        }
    }
}

/// Runs all cases of the lab: the device connects repeatedly until the lab has ended.
fn round(folder: &Path, device: &Built) -> Result<tools::Outcome, Fault> {
    let mut lab = tools::certgrab();
    lab.args(["lab", "--listen", "127.0.0.1:0", "--wait", WAIT, "--dir"]).arg(folder);
    let mut lab = lab.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let result = connect_until_it_ends(&mut lab, device);
    if result.is_err() {
        lab.kill()?;
    }
    let status = lab.wait()?;
    Ok(tools::Outcome { status, output: result? })
}

fn connect_until_it_ends(lab: &mut Child, device: &Built) -> Result<String, Fault> {
    let mut log = BufReader::new(lab.stderr.take().ok_or("the lab has no standard error")?);
    let port = port(&mut log)?;
    let end = Instant::now() + LIMIT;
    while lab.try_wait()?.is_none() {
        if Instant::now() > end {
            return Err(format!("the lab did not end within {LIMIT:?}").into());
        }
        let mut command = device.at(port);
        command.args(ONCE).args(["--user", "device"]).env("MQTT_PASSWORD", "word");
        tools::finish(&mut command, LIMIT)?;
    }
    let mut output = String::new();
    lab.stdout.take().ok_or("the lab has no standard output")?.read_to_string(&mut output)?;
    log.read_to_string(&mut output)?;
    Ok(output)
}

/// The port that the lab reports in its log.
fn port(log: &mut BufReader<ChildStderr>) -> Result<u16, Fault> {
    let mut before = String::new();
    loop {
        let mut line = String::new();
        if log.read_line(&mut line)? == 0 {
            return Err(format!("the lab does not listen: {before}").into());
        }
        let rest = line.split_once("listening on 127.0.0.1:").map(|(_, rest)| rest);
        if let Some(port) = rest.and_then(|rest| rest.split(' ').next()) {
            return Ok(port.parse().map_err(|error| format!("{NAME}:{port}: {error}"))?);
        }
        before.push_str(&line);
    }
}

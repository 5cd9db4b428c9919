//! L2: the generated C header, in a C client over the system's mbedTLS.
//!
//! In: the grabbed lock. Out: the same cases as L1, as far as the library supports them: Debian's 2.28
//! supports only TLS 1.2.

use crate::{
    Bench, Fault,
    broker::Broker,
    built::header,
    observer::Observer,
    pki::{NAME, Served},
    report::Report,
    tools::{Outcome, finish, have, workspace},
};
use std::{fs, path::Path, path::PathBuf, process::Command, time::Duration};

/// Far more than a connection on one machine takes.
const LIMIT: Duration = Duration::from_secs(30);

/// Runs the cases.
pub(crate) fn cases(bench: &Bench, report: &mut Report) -> Result<(), Fault> {
    if !have("cc") {
        report.skip("L2", "cc");
        return Ok(());
    }
    if !fs::exists("/usr/include/mbedtls/ssl.h")? {
        report.skip("L2", "libmbedtls-dev");
        return Ok(());
    }
    let client = compile(bench)?;
    let connect = |served: &Served| -> Result<Outcome, Fault> {
        let broker = Broker::start(bench.directory.path(), served, None)?;
        run(&client, &broker)
    };
    let pki = &bench.pki;

    report.case("L2: the C client connects and publishes", || {
        let broker = Broker::start(bench.directory.path(), &pki.good, None)?;
        let mut observer = Observer::connect(broker.plain)?;
        run(&client, &broker)?.succeeds(&["CONNACK: the broker took the connection"])?;
        let found = observer.receive("devices/c-client/heartbeat", LIMIT)?;
        let expected = r#"{"beat":1}"#;
        if found == expected {
            Ok(())
        } else {
            Err(format!("expected {expected}, found {found}").into())
        }
    });
    report.case("L2: another root is refused", || {
        connect(&pki.other_root)?
            .fails(&["-0x2700", "The certificate is not correctly signed by the trusted CA"])
    });
    report.case("L2: another name is refused", || {
        connect(&pki.other_name)?.fails(&["-0x2700", "does not match with the expected CN"])
    });
    report.case("L2: an expired certificate is refused", || {
        connect(&pki.expired)?.fails(&["-0x2700", "The certificate validity has expired"])
    });
    report.case("L2: a server that does not send its intermediate is refused", || {
        connect(&pki.leaf_only)?
            .fails(&["-0x2700", "The certificate is not correctly signed by the trusted CA"])
    });
    report.case("L2: connects to a server whose chain ends with a cross-signed root", || {
        connect(&pki.above_anchor)?.succeeds(&["CONNACK"])
    });
    report.case("L2: connects to a server that moved to a root cross-signed by ours", || {
        connect(&pki.moved)?.succeeds(&["CONNACK"])
    });
    Ok(())
}

/// Compiles the client; every warning is an error.
fn compile(bench: &Bench) -> Result<PathBuf, Fault> {
    let client = bench.directory.path().join("c-client");
    // The client uses the TLS and MQTT of the project that `certgrab new linux-c` generates.
    let tls = workspace().join("../templates/project/linux-c");
    let mqtt = tls.join("mqtt");
    let mut cc = Command::new("cc");
    cc.args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I"])
        .arg(header(&bench.lock)?)
        .args([Path::new("-I"), &tls, Path::new("-I"), &mqtt])
        .args([workspace().join("c/main.c"), tls.join("tls.c"), mqtt.join("mqtt.c")])
        .arg("-o")
        .arg(&client)
        .args(["-lmbedtls", "-lmbedx509", "-lmbedcrypto"]);
    finish(&mut cc, LIMIT)?.succeeds(&[])?;
    Ok(client)
}

fn run(client: &Path, broker: &Broker) -> Result<Outcome, Fault> {
    finish(Command::new(client).arg(NAME).arg(broker.port.to_string()), LIMIT)
}

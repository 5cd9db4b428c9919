//! L1: the host firmware, with the generated Rust constant over mbedTLS 3.6.
//!
//! In: the grabbed lock. Out: a case for each kind of valid or invalid broker.

use crate::{
    Bench, Fault,
    broker::Broker,
    built::Built,
    observer::Observer,
    pki::Served,
    report::Report,
    tools::{Outcome, finish},
};
use std::{fs, process::Stdio, time::Duration};

/// Far more than a connection on one machine takes.
const LIMIT: Duration = Duration::from_secs(30);

/// Arguments to connect once, send one heartbeat, and stop.
const ONCE: [&str; 4] = ["--beats", "1", "--attempts", "1"];

const NOT_TRUSTED: &str = "The certificate is not correctly signed by the trusted CA";

/// Runs the cases.
pub(crate) fn cases(bench: &Bench, report: &mut Report) -> Result<(), Fault> {
    let host = Built::host(&bench.lock)?;
    let connect = |served: &Served, arguments: &[&str]| -> Result<Outcome, Fault> {
        let broker = Broker::start(bench.directory.path(), served, None)?;
        finish(host.command(&broker).args(ONCE).args(arguments), LIMIT)
    };
    let pki = &bench.pki;

    report.case("L1: connects, publishes, receives a command and answers it", || {
        let broker = Broker::start(bench.directory.path(), &pki.good, None)?;
        converse(&host, &broker)
    });
    report.case("L1: reconnects after the broker restarts", || {
        let broker = Broker::start(bench.directory.path(), &pki.good, None)?;
        reconnect_after_restart(&host, broker)
    });
    report.case("L1: TLS 1.2", || {
        connect(&pki.good, &["--tls", "1.2"])?.succeeds(&["over TLS 1.2 under the anchor"])
    });
    report.case("L1: TLS 1.3", || {
        connect(&pki.good, &["--tls", "1.3"])?.succeeds(&["over TLS 1.3 under the anchor"])
    });
    for version in ["1.2", "1.3"] {
        let version = ["--tls", version];
        report.case(&format!("L1: another root is refused, TLS {}", version[1]), || {
            connect(&pki.other_root, &version)?.fails(&["mbedTLS -0x2700", NOT_TRUSTED])
        });
        report.case(&format!("L1: another name is refused, TLS {}", version[1]), || {
            connect(&pki.other_name, &version)?.fails(&[
                "mbedTLS -0x2700",
                "The certificate Common Name (CN) does not match with the expected CN",
            ])
        });
        report.case(&format!("L1: an expired certificate is refused, TLS {}", version[1]), || {
            connect(&pki.expired, &version)?.fails(&[
                "mbedTLS -0x2700",
                "The certificate validity has expired",
                "trouble: the dates of the broker's certificate do not fit this clock",
            ])
        });
    }
    report.case("L1: a server that does not send its intermediate is refused", || {
        connect(&pki.leaf_only, &[])?.fails(&["mbedTLS -0x2700", NOT_TRUSTED])
    });
    report.case("L1: connects to a server whose chain ends with a cross-signed root", || {
        connect(&pki.above_anchor, &[])?.succeeds(&["mqtt: Connected"])
    });
    report.case("L1: connects to a server that moved to a root cross-signed by ours", || {
        connect(&pki.moved, &[])?.succeeds(&["mqtt: Connected"])
    });
    for version in ["1.2", "1.3"] {
        let version = ["--tls", version];
        let broker = Broker::start(bench.directory.path(), &pki.good, Some(&pki.clients))?;
        // A TLS 1.2 broker closes the connection while the client is still sending, so its alert may be
        // lost (RFC 1122 section 4.2.2.13). A TLS 1.3 broker closes it after the client's last message.
        let reason: &[&str] = match version[1] {
            "1.2" => &["refused: "],
            _ => &["the broker sent a fatal alert", "trouble: the broker refuses this device"],
        };
        report.case(
            &format!("L1: a missing client certificate is refused, TLS {}", version[1]),
            || finish(host.command(&broker).args(ONCE).args(version), LIMIT)?.fails(reason),
        );
        report.case(&format!("L1: a client certificate is accepted, TLS {}", version[1]), || {
            let (certificate, key) = (
                bench.directory.path().join("device.pem"),
                bench.directory.path().join("device.key"),
            );
            fs::write(&certificate, &pki.client.chain)?;
            fs::write(&key, &pki.client.key)?;
            let mut command = host.command(&broker);
            command.args(ONCE).args(version).arg("--cert").arg(certificate).arg("--key").arg(key);
            finish(&mut command, LIMIT)?.succeeds(&["mqtt: Connected"])
        });
    }
    report.case("L1: a closed port is reported", || {
        let port = crate::broker::free_port()?.to_string();
        let url = format!("mqtts://localhost:{port}");
        let mut command = std::process::Command::new(&host.program);
        finish(command.arg(url).args(ONCE), LIMIT)?
            .fails(&["Connection refused", "trouble: the broker cannot be reached"])
    });
    Ok(())
}

/// Exchanges heartbeats, commands (one of them invalid) and answers with the device through the broker.
fn converse(host: &Built, broker: &Broker) -> Result<(), Fault> {
    let mut observer = Observer::connect(broker.plain)?;
    let mut device = host
        .command(broker)
        .args(["--name", "d1", "--interval", "1", "--beats", "4"])
        .stdout(Stdio::null())
        .spawn()?;
    let result = (|| {
        let heartbeat = observer.receive("devices/d1/heartbeat", LIMIT)?;
        if !heartbeat.starts_with(r#"{"beat":1,"uptime_s":"#) {
            return Err(format!("expected the first heartbeat, found {heartbeat}").into());
        }
        for (command, answer) in [
            ("ping", "pong"),
            ("dance", r#"error: "dance" is none of ping, interval, restart"#),
            ("interval 1", "interval 1"),
            ("restart", "restarting"),
        ] {
            observer.publish("devices/d1/command", command)?;
            let found = observer.receive("devices/d1/answer", LIMIT)?;
            if found != answer {
                return Err(format!("{command:?}: expected {answer:?}, found {found:?}").into());
            }
        }
        observer.receive("devices/d1/heartbeat", LIMIT)?;
        Ok::<_, Fault>(())
    })();
    if result.is_err() {
        device.kill()?;
    }
    let status = device.wait()?;
    result?;
    if status.success() { Ok(()) } else { Err(format!("the device ended with {status}").into()) }
}

/// Stops the broker for two seconds, and expects the device to reconnect.
fn reconnect_after_restart(host: &Built, mut broker: Broker) -> Result<(), Fault> {
    let mut device = host
        .command(&broker)
        .args(["--name", "d2", "--interval", "1"])
        .stdout(Stdio::null())
        .spawn()?;
    let result = (|| {
        Observer::connect(broker.plain)?.receive("devices/d2/heartbeat", LIMIT)?;
        broker.restart(Duration::from_secs(2))?;
        Observer::connect(broker.plain)?.receive("devices/d2/heartbeat", LIMIT)?;
        Ok(())
    })();
    device.kill()?;
    device.wait()?;
    result
}

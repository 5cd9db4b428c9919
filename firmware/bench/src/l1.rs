//! L1: the host firmware, with the generated Rust constant over mbedTLS 3.6.
//!
//! In: the grabbed lock. Out: a case for each way in which a broker can be right or wrong.

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

/// Arguments that prove a connection and end.
const PROVE: [&str; 4] = ["--beats", "1", "--attempts", "1"];

const NOT_TRUSTED: &str = "The certificate is not correctly signed by the trusted CA";

/// Runs the cases.
pub(crate) fn cases(bench: &Bench, report: &mut Report) -> Result<(), Fault> {
    let host = Built::host(&bench.lock)?;
    let connect = |served: &Served, arguments: &[&str]| -> Result<Outcome, Fault> {
        let broker = Broker::start(bench.directory.path(), served, None)?;
        finish(host.command(&broker).args(PROVE).args(arguments), LIMIT)
    };
    let pki = &bench.pki;

    report.case("L1: connects, publishes, receives a command and answers it", || {
        let broker = Broker::start(bench.directory.path(), &pki.good, None)?;
        converse(&host, &broker)
    });
    report.case("L1: comes back when the broker does", || {
        let broker = Broker::start(bench.directory.path(), &pki.good, None)?;
        return_after_restart(&host, broker)
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
    report.case("L1: a server that leaves out its intermediate is refused", || {
        connect(&pki.bare, &[])?.fails(&["mbedTLS -0x2700", NOT_TRUSTED])
    });
    report.case("L1: a server that tops its chain with a cross-signed root still connects", || {
        connect(&pki.topped, &[])?.succeeds(&["mqtt: Connected"])
    });
    report.case("L1: a server that moved to a root which ours cross-signed connects", || {
        connect(&pki.moved, &[])?.succeeds(&["mqtt: Connected"])
    });
    for version in ["1.2", "1.3"] {
        let version = ["--tls", version];
        let broker = Broker::start(bench.directory.path(), &pki.good, Some(&pki.clients))?;
        // A TLS 1.2 broker hangs up in the middle of the client's messages, so that its alert may
        // be lost with the connection (RFC 1122 section 4.2.2.13); a TLS 1.3 broker after them.
        let reason: &[&str] = match version[1] {
            "1.2" => &["refused: "],
            _ => &["the broker sent a fatal alert", "trouble: the broker refuses this device"],
        };
        report.case(&format!("L1: no client certificate is refused, TLS {}", version[1]), || {
            finish(host.command(&broker).args(PROVE).args(version), LIMIT)?.fails(reason)
        });
        report.case(&format!("L1: a client certificate is taken, TLS {}", version[1]), || {
            let (certificate, key) = (
                bench.directory.path().join("device.pem"),
                bench.directory.path().join("device.key"),
            );
            fs::write(&certificate, &pki.client.chain)?;
            fs::write(&key, &pki.client.key)?;
            let mut command = host.command(&broker);
            command.args(PROVE).args(version).arg("--cert").arg(certificate).arg("--key").arg(key);
            finish(&mut command, LIMIT)?.succeeds(&["mqtt: Connected"])
        });
    }
    report.case("L1: nobody listens", || {
        let port = crate::broker::free_port()?.to_string();
        let url = format!("mqtts://localhost:{port}");
        let mut command = std::process::Command::new(&host.program);
        finish(command.arg(url).args(PROVE), LIMIT)?
            .fails(&["Connection refused", "trouble: the broker cannot be reached"])
    });
    Ok(())
}

/// Heartbeat, ping, pong, nonsense, restart: all over the broker.
fn converse(host: &Built, broker: &Broker) -> Result<(), Fault> {
    let mut observer = Observer::connect(broker.plain)?;
    let mut device = host
        .command(broker)
        .args(["--name", "d1", "--interval", "1", "--beats", "4"])
        .stdout(Stdio::null())
        .spawn()?;
    let result = (|| {
        let beat = observer.hear("devices/d1/heartbeat", LIMIT)?;
        if !beat.starts_with(r#"{"beat":1,"uptime_s":"#) {
            return Err(format!("not a first heartbeat: {beat}").into());
        }
        for (command, answer) in [
            ("ping", "pong"),
            ("dance", r#"error: "dance" is none of ping, interval, restart"#),
            ("interval 1", "interval 1"),
            ("restart", "restarting"),
        ] {
            observer.say("devices/d1/command", command)?;
            let heard = observer.hear("devices/d1/answer", LIMIT)?;
            if heard != answer {
                return Err(format!("{command:?} was answered {heard:?}").into());
            }
        }
        observer.hear("devices/d1/heartbeat", LIMIT)?;
        Ok::<_, Fault>(())
    })();
    if result.is_err() {
        device.kill()?;
    }
    let status = device.wait()?;
    result?;
    if status.success() { Ok(()) } else { Err(format!("the device ended with {status}").into()) }
}

/// The broker goes away for two seconds.
fn return_after_restart(host: &Built, mut broker: Broker) -> Result<(), Fault> {
    let mut device = host
        .command(&broker)
        .args(["--name", "d2", "--interval", "1"])
        .stdout(Stdio::null())
        .spawn()?;
    let result = (|| {
        Observer::connect(broker.plain)?.hear("devices/d2/heartbeat", LIMIT)?;
        broker.restart(Duration::from_secs(2))?;
        Observer::connect(broker.plain)?.hear("devices/d2/heartbeat", LIMIT)?;
        Ok(())
    })();
    device.kill()?;
    device.wait()?;
    result
}

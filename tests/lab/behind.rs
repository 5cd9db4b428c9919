//! A real broker behind the lab, and devices with client certificates.

use std::process::Command;

use super::round::{Lab, Said};
use crate::support::{Pki, certgrab, real};

/// mosquitto's log line for each message.
const RECEIVED: &str = "Received PUBLISH from ";

/// A mosquitto with a log, with or without TLS.
fn broker(pki: &Pki, in_tls: bool) -> real::Listener {
    let (chain, key) = (pki.chain_file(), pki.key_file());
    let tls = format!("certfile {}\nkeyfile {}\n", chain.display(), key.display());
    real::mosquitto(pki.folder(), |port| {
        format!(
            "listener {port} 127.0.0.1\n{}allow_anonymous true\nuser root\nlog_dest file {}\n\
             log_type all\n",
            if in_tls { &tls } else { "" },
            pki.file("mosquitto.log").display()
        )
    })
}

/// A round with mosquitto_pub as the device.
fn publishes(arguments: &[&str], more: &[&str]) -> Said {
    Lab::start(arguments).meets(|lab| {
        let mut command = Command::new("mosquitto_pub");
        command.args(["-h", "localhost", "-p", &lab.port().to_string(), "--cafile"]);
        command.arg(lab.anchor()).args(["-q", "1", "-t", "t", "-m", "m"]).args(more);
        command
    })
}

fn has_programs() -> bool {
    ["mosquitto", "mosquitto_pub"].into_iter().all(real::program)
}

fn plant() -> Pki {
    Pki::root("Plant Root").intermediate("Plant Issuing").leaf("localhost")
}

/// The number of messages that the broker received.
fn received(pki: &Pki) -> usize {
    let log = std::fs::read_to_string(pki.file("mosquitto.log")).expect("a log");
    log.matches(RECEIVED).count()
}

#[test]
fn only_sound_servers_forward_to_the_real_broker() {
    if !has_programs() {
        return;
    }
    for in_tls in [true, false] {
        let pki = plant();
        let broker = broker(&pki, in_tls);
        let scheme = if in_tls { "" } else { "mqtt://" };
        let forward = format!("--forward={scheme}localhost:{}", broker.port());
        let roots = format!("--roots={}", pki.root_file().display());
        let arguments = ["--cases", "wrong-host,sound-again", &forward, &roots];
        let said = publishes(&arguments, &["--insecure"]);
        // The device also sent a message to the lookalike server.
        assert!(said.out.contains("FAILED      wrong-host"), "{}", said.out);
        assert_eq!(received(&pki), 3, "in TLS: {in_tls}");
    }
}

#[test]
fn an_unreachable_server_behind_the_lab_is_named_first() {
    if !has_programs() {
        return;
    }
    let pki = plant();
    let broker = broker(&pki, true);
    let port = broker.port();
    let lab = |forward: &str| {
        certgrab()
            .args(["lab", "--listen", "127.0.0.1:0", "--forward", forward])
            .in_folder(pki.folder())
            .fails_with(3)
    };
    let outcome = lab(&format!("localhost:{port}"));
    let err = outcome.err();
    let expected =
        format!("cannot forward to localhost:{port}: invalid peer certificate: UnknownIssuer");
    assert!(err.contains(&expected) && err.contains("`--roots FILE`"), "{err}");
    drop(broker);
    for target in [format!("mqtt://localhost:{port}"), format!("localhost:{port}")] {
        let err = lab(&target).err();
        let expected = format!("cannot forward to localhost:{port}: Connection refused");
        assert!(err.contains(&expected) && !err.contains("hint"), "{err}");
    }
    let unneeded = certgrab().args(["lab", "--roots", "mozilla"]).fails_with(2);
    assert!(unneeded.err().contains("--forward"), "{}", unneeded.err());
}

#[test]
fn a_device_presents_its_certificate_on_request() {
    if !has_programs() {
        return;
    }
    let own = Pki::root("Devices").leaf("lamp.test");
    let (chain, key) = (own.chain_file(), own.key_file());
    let (chain, key) = (chain.display().to_string(), key.display().to_string());
    let arguments = ["--cases", "client-asked,client-required,expired"];
    let with = publishes(&arguments, &["--cert", &chain, "--key", &key]);
    assert_eq!(with.code, 0, "{}", with.out);
    let shown = "sent MQTT 3.1.1 after its own certificate\n";
    for line in [
        "1/5  passed      sound                 sent MQTT 3.1.1\n".to_owned(),
        format!("2/5  passed      client-asked          {shown}"),
        format!("3/5  passed      client-required       {shown}"),
        "5 of 5 cases passed\n".to_owned(),
    ] {
        assert!(with.out.contains(&line), "{line}: {}", with.out);
    }
    let without = publishes(&arguments, &[]);
    assert_eq!(without.code, 0, "{}", without.out);
    for line in [
        "2/5  passed      client-asked          sent MQTT 3.1.1\n",
        "3/5  limit       client-required       has no client certificate\n",
    ] {
        assert!(without.out.contains(line), "{line}: {}", without.out);
    }
}

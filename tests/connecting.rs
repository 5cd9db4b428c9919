//! Reaching the server: addresses, families, `--connect`, and the message if no server answers.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use certgrab::internals::tls::probe;

use crate::support::{Pki, Server, certgrab, grab};

#[test]
fn a_port_where_nothing_listens_is_named_with_its_address() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address").port()
    };
    certgrab().args([format!("127.0.0.1:{port}")]).fails_with(3).stdout("").stderr(&format!(
        "certgrab: error: cannot connect to 127.0.0.1:{port}: 127.0.0.1: connection refused\n\
         certgrab: hint: nothing listens on this port; check the port number\n"
    ));
}

#[test]
fn every_address_of_a_name_is_tried() {
    // `localhost` is ::1 first on most machines, and the server listens on 127.0.0.1 only.
    let server = Server::presenting(&Pki::root("Plant Root").leaf("localhost"));
    let outcome = certgrab().args([format!("localhost:{}", server.port())]).fails_with(1);
    assert!(outcome.err().contains("issued by `CN=Plant Root`"), "{}", outcome.err());
}

#[test]
fn connecting_elsewhere_keeps_the_targets_name() {
    let server = Server::presenting(&Pki::root("Plant Root").leaf("plc.test"));
    let port = server.port();
    certgrab()
        .args(["other.test", "--connect", &format!("127.0.0.1:{port}")])
        .fails_with(1)
        .stderr(
            "certgrab: error: the server's certificate is not valid for `other.test`, only for \
             `plc.test`\n\
             certgrab: hint: use a name from the certificate as the target, and pass the address \
             with `--connect`; if none of them is the server's, somebody between you and the server \
             may have answered, such as a DNS filter\n",
        );
    assert_eq!(server.heard().names, [Some("other.test".to_owned())]);
}

#[test]
fn an_address_of_the_other_family_is_not_used() {
    certgrab()
        .args(["127.0.0.1:1", "-6"])
        .fails_with(3)
        .stderr("certgrab: error: `127.0.0.1` has no IPv6 address\ncertgrab: hint: remove `-6`\n");
    certgrab()
        .args(["[::1]:1", "-4"])
        .fails_with(3)
        .stderr("certgrab: error: `::1` has no IPv4 address\ncertgrab: hint: remove `-4`\n");
}

#[test]
fn one_deadline_holds_for_the_whole_target() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let grab = |seconds: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_certgrab"));
        command.args([&format!("127.0.0.1:{port}"), "--timeout", seconds]).stderr(Stdio::null());
        command.spawn().expect("the command")
    };
    let (mut patient, mut hasty) = (grab("3600"), grab("1"));
    assert_eq!(hasty.wait().expect("an end").code(), Some(3));
    assert!(patient.try_wait().expect("a process").is_none());
    patient.kill().expect("an end");
    patient.wait().expect("an end");
}

#[test]
fn a_silent_proxy_ends_with_the_targets_deadline() {
    let ask = |scheme: &str| {
        let silent = Server::scripted("proxy.test", |mut stream: TcpStream, _| {
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        });
        let proxy = format!("{scheme}://{}", silent.address());
        let run = certgrab().args(["plc.test", "--timeout", "1", "--proxy", &proxy]);
        let text = run.fails_with(3).stdout("").err();
        assert!(text.contains(&silent.address().to_string()), "{text}");
    };
    thread::scope(|both| {
        both.spawn(|| ask("http"));
        both.spawn(|| ask("socks5h"));
    });
}

#[test]
fn a_query_in_mqtt_is_one_of_the_six_connections() {
    // It disconnects after both hellos of a device and the query, and refuses the next connections so that a
    // retry makes sense.
    let asked = AtomicUsize::new(0);
    let moody = Server::scripted("plc.test", move |mut stream: TcpStream, _| {
        let _ = stream.read(&mut [0; 4096]);
        if asked.fetch_add(1, Ordering::SeqCst) >= 3 {
            let _ = stream.write_all(&[21, 3, 3, 0, 2, 2, 40]);
        }
    });
    grab(&moody).args(["--as", "openssl"]).fails_with(3);
    assert_eq!(moody.heard().connections, probe::MAX_CONNECTIONS);
}

#[test]
fn every_target_is_queried_and_the_worst_exit_code_wins() {
    let pki = Pki::root("Plant Root").leaf("127.0.0.1");
    let server = Server::presenting(&pki);
    let good = format!("127.0.0.1:{}", server.port());
    let outcome = certgrab()
        .args(["--json"])
        .trusting(pki.root_file())
        .args([good.as_str(), "127.0.0.1:1"])
        .fails_with(3);
    let statuses: Vec<String> = outcome
        .out()
        .lines()
        .map(|line| {
            let document: serde_json::Value = serde_json::from_str(line).expect("a document");
            document["status"].as_str().expect("a status").to_owned()
        })
        .collect();
    assert_eq!(statuses, ["ok", "failed"]);
}

#[test]
fn an_ipv6_server_is_reached_by_its_address() {
    let Ok(probe) = TcpListener::bind("[::1]:0") else {
        eprintln!("skipped: no IPv6 on this machine");
        return;
    };
    let port = probe.local_addr().expect("an address").port();
    drop(probe);
    certgrab().args([format!("[::1]:{port}")]).fails_with(3).stderr(&format!(
        "certgrab: error: cannot connect to [::1]:{port}: ::1: connection refused\n\
         certgrab: hint: nothing listens on this port; check the port number\n"
    ));
}

#[test]
fn a_private_root_needs_only_one_connection() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let server = Server::presenting(&pki);
    grab(&server).trusting(pki.root_file()).succeeds();
    assert_eq!(server.heard().connections, 1);
}

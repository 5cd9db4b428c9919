//! The C client for Linux, compiled by gcc and run.

use std::{net::TcpListener, path::Path, process::Command};

use super::bench::{Bench, Protocol, USER, new, pki, says, succeed};
use crate::support::{Server, real};

pub(super) fn has_its_parts() -> bool {
    real::header("mbedtls/ssl.h") && real::program("mosquitto") && real::program("make")
}

pub(super) fn build(folder: &Path) {
    build_with("", folder);
}

fn build_with(flag: &str, folder: &Path) {
    let flags = &format!("CFLAGS=-Werror -Wpedantic {flag}");
    succeed(Command::new("make").args([flags, "-B", "-o", "server_root_ca.h"]), folder);
}

const UNTRUSTED: &str = "The certificate is not correctly signed by the trusted CA";
const MISNAMED: &str = "The certificate Common Name (CN) does not match with the expected CN";

#[test]
fn the_c_client_publishes_and_refuses_for_each_reason() {
    if !has_its_parts() {
        return;
    }
    let mut bench = Bench::new("linux-c", Protocol::Mqtt);
    let folder = bench.folder();
    build(&folder);
    let (user, password) = USER;
    let known = [("MQTT_USER", user), ("MQTT_PASSWORD", password)];
    let client = |environment: &[(&str, &str)], expected: &str| {
        says(&["./client"], environment, &folder, expected);
    };
    client(&known, "CONNACK: the broker took the connection");
    bench.has_published("linux-c", "devices/linux-c/heartbeat");
    // 5: not authorized (MQTT 3.1.1 section 3.2.2.3).
    client(&[], "the broker refuses the connection: CONNACK 5");
    bench.change_the_password();
    client(&known, "the broker refuses the connection: CONNACK 5");
    bench.change_the_root();
    client(&known, UNTRUSTED);
    bench.change_the_name();
    client(&known, MISNAMED);
}

#[test]
fn the_c_client_gets_a_page_and_refuses_other_servers() {
    if !has_its_parts() {
        return;
    }
    let mut bench = Bench::new("linux-c", Protocol::Https);
    let folder = bench.folder();
    build(&folder);
    says(&["./client"], &[], &folder, "HTTP/1.0 200 ok");
    bench.change_the_root();
    says(&["./client"], &[], &folder, UNTRUSTED);
    bench.change_the_name();
    says(&["./client"], &[], &folder, MISNAMED);
}

#[test]
fn the_c_client_times_out_on_a_silent_server() {
    if !has_its_parts() {
        return;
    }
    let silenced = || {
        let pki = pki("Plant Root");
        let server = Server::presenting(&pki);
        let port = server.port();
        new("linux-c", "mqtts", port, &pki).succeeds();
        drop(server);
        // The kernel accepts connections, and no server answers.
        Some((TcpListener::bind(("127.0.0.1", port)).ok()?, pki))
    };
    // Another test may have got the port meanwhile.
    let (_silent, pki) = (0..5).find_map(|_| silenced()).expect("a port that is free again");
    let folder = pki.file("project");
    build_with("-DPATIENCE_MS=100", &folder);
    says(&["./client"], &[], &folder, "handshake: -0x6800, SSL - The operation timed out");
}

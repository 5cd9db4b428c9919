//! The C client for Linux: compiled by gcc, and run.

use std::{path::Path, process::Command};

use super::bench::{Bench, Protocol, USER, says, succeed};
use crate::support::real;

fn has_its_parts() -> bool {
    real::header("mbedtls/ssl.h") && real::program("mosquitto") && real::program("make")
}

fn build(folder: &Path) {
    let flags = "CFLAGS=-Werror -Wpedantic";
    succeed(Command::new("make").args([flags, "-B", "-o", "server_root_ca.h"]), folder);
}

const UNTRUSTED: &str = "The certificate is not correctly signed by the trusted CA";
const MISNAMED: &str = "The certificate Common Name (CN) does not match with the expected CN";

#[test]
fn the_c_client_for_linux_publishes_and_is_refused_or_refuses_for_each_reason() {
    if !has_its_parts() {
        return;
    }
    let mut bench = Bench::new("linux-c", Protocol::Mqtt);
    let folder = bench.folder();
    build(&folder);
    let (user, password) = USER;
    let known = [("MQTT_USER", user), ("MQTT_PASSWORD", password)];
    let client = |environment: &[(&str, &str)], wanted: &str| {
        says(&["./client"], environment, &folder, wanted);
    };
    client(&known, "CONNACK: the broker took the connection");
    bench.has_published("linux-c", "devices/linux-c/heartbeat");
    // 5: not authorized (MQTT 3.1.1 section 3.2.2.3).
    client(&[], "the broker does not take the connection: CONNACK 5");
    bench.change_the_password();
    client(&known, "the broker does not take the connection: CONNACK 5");
    bench.change_the_root();
    client(&known, UNTRUSTED);
    bench.change_the_name();
    client(&known, MISNAMED);
}

#[test]
fn the_c_client_for_linux_gets_a_page_and_refuses_another_root_and_another_name() {
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

//! The module for MicroPython, run by MicroPython and by CPython.

use std::fs;

use super::bench::{Bench, Protocol, USER, says};
use crate::support::real;

/// The installed interpreters, each with its message for a wrong root or name.
fn pythons() -> Vec<(&'static str, [&'static str; 2])> {
    let all = [
        ("python3", ["unable to get local issuer certificate", "Hostname mismatch"]),
        (
            "micropython",
            [
                "not correctly signed by the trusted CA",
                "The certificate Common Name (CN) does not match with the expected CN",
            ],
        ),
    ];
    all.into_iter().filter(|(python, _)| real::program(python)).collect()
}

#[test]
fn the_micropython_module_publishes_and_refuses_for_each_reason() {
    if !real::program("mosquitto") {
        return;
    }
    for (python, [untrusted, misnamed]) in pythons() {
        let mut bench = Bench::new("micropython", Protocol::Mqtt);
        let folder = bench.folder();
        let module = |expected: &str| says(&[python, "main.py"], &[], &folder, expected);
        // 5: not authorized (MQTT 3.1.1 section 3.2.2.3).
        module("the broker refuses the connection: CONNACK 5");
        let example = fs::read_to_string(folder.join("credentials.example.py")).unwrap();
        let filled = example
            .replace("USER = None", &format!("USER = {:?}", USER.0))
            .replace("PASSWORD = None", &format!("PASSWORD = {:?}", USER.1));
        assert_ne!(filled, example);
        fs::write(folder.join("credentials.py"), filled).unwrap();
        module("connected");
        bench.has_published("micropython", "devices/micropython/heartbeat");
        bench.change_the_password();
        module("the broker refuses the connection: CONNACK 5");
        bench.change_the_root();
        module(untrusted);
        bench.change_the_name();
        module(misnamed);
    }
}

#[test]
fn the_micropython_module_gets_a_page_and_refuses_other_servers() {
    if !real::program("openssl") {
        return;
    }
    for (python, [untrusted, misnamed]) in pythons() {
        let mut bench = Bench::new("micropython", Protocol::Https);
        let folder = bench.folder();
        let module = |expected: &str| says(&[python, "main.py"], &[], &folder, expected);
        module("HTTP/1.0 200 ok");
        bench.change_the_root();
        module(untrusted);
        bench.change_the_name();
        module(misnamed);
    }
}

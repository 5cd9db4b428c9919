//! The formats for interpreters, archives, folders and modems, each read by its program if there is one.

use std::process::Command;

use super::bench::{self, folder, succeed, write};
use crate::support::{Pki, Server, real};

fn two() -> certgrab::internals::output::bundle::Bundle {
    let [x1, x2] = bench::isrg();
    bench::bundle("m1.example.com", 8883, vec![x2, x1])
}

fn of(pki: &Pki) -> certgrab::internals::output::bundle::Bundle {
    bench::bundle(bench::HOST, 8883, vec![bench::root(pki)])
}

/// Connects to the port in the first argument with only the root of the module next to it.
const NODE_CLIENT: &str = "
const tls = require('tls');
const root = require('./root_ca.js');
const options = { host: '127.0.0.1', port: process.argv[2], servername: root.host, ca: root.ca };
const socket = tls.connect(options, () => socket.end('trusted'));
socket.on('error', () => process.exit(1));
";

#[test]
fn node_verifies_its_server_and_refuses_others() {
    if !real::program("node") {
        return;
    }
    let pki = bench::ec_pki();
    let folder = folder();
    write(folder.path(), "root_ca.js", bench::text(&of(&pki), "node"));
    write(folder.path(), "client.js", NODE_CLIENT);
    let run = |port: u16| {
        let mut node = Command::new("node");
        bench::run(node.current_dir(folder.path()).args(["client.js", &port.to_string()]))
    };
    let server = Server::presenting(&pki);
    let output = run(server.port());
    assert!(output.status.success(), "{output:?}");
    assert_eq!(server.heard().data, bench::GREETING.as_bytes());
    let server = Server::presenting(&bench::ec_pki());
    assert_eq!(run(server.port()).status.code(), Some(1));
    assert!(server.heard().data.is_empty());
}

#[test]
fn what_only_node_accepts_is_written_for_node() {
    if !real::program("node") {
        return;
    }
    let with = |change: fn(&mut rcgen::CertificateParams)| {
        Pki::root("Plant Root").changed(change).leaf("plc.test")
    };
    let authority = |leaf: &mut rcgen::CertificateParams| {
        leaf.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    };
    for (pki, connects) in [
        (with(|leaf| leaf.subject_alt_names.clear()), true),
        (with(authority), true),
        (
            with(|leaf| {
                leaf.subject_alt_names.clear();
                leaf.distinguished_name = rcgen::DistinguishedName::new();
            }),
            false,
        ),
    ] {
        let server = Server::presenting(&pki);
        let emit = format!("node={}", pki.file("root_ca.js").display());
        let grab = crate::support::grab(&server).trusting(pki.root_file());
        let grab = grab.args(["--emit", &emit]).ends();
        assert_eq!(grab.code(), i32::from(!connects), "{}", grab.err());
        // The real client is tried in each case.
        let from = ["--emit", &emit, "--host", "plc.test:1"];
        let root = pki.root_file();
        crate::support::certgrab().args(["convert"]).args([root]).args(from).succeeds();
        write(pki.folder(), "client.js", NODE_CLIENT);
        let server = Server::presenting(&pki);
        let mut node = Command::new("node");
        let output = node.current_dir(pki.folder()).args(["client.js", &server.port().to_string()]);
        assert_eq!(bench::run(output).status.success(), connects);
    }
}

#[test]
fn lua_returns_the_pem_and_the_server() {
    if !real::program("lua5.4") {
        return;
    }
    let folder = folder();
    for bundle in [two(), super::hostile::bundle()] {
        write(folder.path(), "root_ca.lua", bench::text(&bundle, "lua"));
        let script = "local root = require('root_ca'); \
                      assert(root.host == 'm1.example.com' and root.port == 8883); \
                      io.write(root.pem)";
        let mut lua = Command::new("lua5.4");
        let printed = succeed(lua.current_dir(folder.path()).args(["-e", script]));
        assert_eq!(printed, bench::text(&bundle, "pem"));
    }
}

#[test]
fn an_env_file_sets_the_pem() {
    if !real::program("python3") {
        return;
    }
    let folder = folder();
    for bundle in [two(), super::hostile::bundle()] {
        write(folder.path(), "root.env", bench::text(&bundle, "env"));
        let script = "
import sys
try:
    from dotenv import dotenv_values
except ImportError:
    sys.exit('no dotenv')
read = dotenv_values('root.env', interpolate=False)
assert list(read) == ['ROOT_CA', 'ROOT_CA_HOST', 'ROOT_CA_PORT'], read.keys()
sys.stdout.write(read['ROOT_CA'])
";
        let mut python = Command::new("python3");
        let read = bench::run(python.current_dir(folder.path()).args(["-c", script]));
        let said = String::from_utf8_lossy(&read.stderr);
        if said.contains("no dotenv") {
            real::skip("python-dotenv is not installed");
            return;
        }
        assert!(read.status.success(), "{said}");
        assert_eq!(String::from_utf8_lossy(&read.stdout), bench::text(&bundle, "pem"));
    }
}

#[test]
fn the_esp8266_archive_has_a_der_file_per_certificate() {
    if !real::program("ar") {
        return;
    }
    let folder = folder();
    let file = write(folder.path(), "certs.ar", bench::bytes(&two(), "certs-ar"));
    let listed = succeed(Command::new("ar").arg("t").arg(&file));
    assert_eq!(listed, "ca_000.der\nca_001.der\n");
    for (name, entry) in listed.lines().zip(&two().entries) {
        let read = bench::run(Command::new("ar").arg("p").arg(&file).arg(name));
        assert!(read.status.success() && read.stdout == entry.certificate.der(), "{name}");
    }
}

#[test]
fn openssl_finds_the_root_in_the_folder_of_the_script() {
    if !real::program("openssl") {
        return;
    }
    let folder = folder();
    let pki = bench::ec_pki();
    let roots = folder.path().join("roots");
    std::fs::create_dir(&roots).unwrap();
    let script = write(folder.path(), "capath.sh", bench::text(&of(&pki), "capath"));
    succeed(Command::new("sh").arg(script).arg(&roots));
    let chain = pki.chain_file();
    let mut openssl = Command::new("openssl");
    openssl.args(["verify", "-no-CAfile", "-no-CAstore", "-CApath"]).arg(&roots);
    succeed(openssl.arg("-untrusted").arg(&chain).arg(&chain));
}

#[test]
fn capath_names_and_sha1_match_openssl() {
    if !real::program("openssl") {
        return;
    }
    let folder = folder();
    let mut bundle = super::hostile::bundle();
    bundle.entries.extend(two().entries);
    let mut compared = 0;
    for entry in &bundle.entries {
        let file = write(folder.path(), "one.pem", entry.certificate.pem());
        let mut openssl = Command::new("openssl");
        openssl.args(["x509", "-noout", "-hash", "-fingerprint", "-sha1", "-in"]).arg(file);
        let output = bench::run(&mut openssl);
        // OpenSSL reads no certificate with a string that its type does not allow.
        if !output.status.success() {
            continue;
        }
        let said = String::from_utf8(output.stdout).unwrap();
        let (hash, print) = said.split_once('\n').unwrap();
        let alone = bench::bundle("a.test", 443, vec![entry.certificate.clone()]);
        let script = bench::text(&alone, "capath");
        assert!(script.contains(&format!("\"$folder/{hash}.0\"")), "{hash}: {script}");
        let print = print.trim_start_matches("sha1 Fingerprint=").replace(':', "").to_lowercase();
        assert_eq!(bench::text(&alone, "sha1"), print);
        compared += 1;
    }
    assert!(compared > 40, "{compared}");
}

#[test]
fn certificates_of_one_name_are_numbered_in_a_capath() {
    let mut bundle = two();
    let twin = bundle.entries[0].clone();
    bundle.entries.push(twin);
    let script = bench::text(&bundle, "capath");
    let names: Vec<_> = script.lines().filter(|line| line.starts_with("cat ")).collect();
    assert!(names[0].contains(".0\"") && names[1].contains(".0\"") && names[2].contains(".1\""));
}

#[test]
fn modem_commands_have_the_length_of_the_bytes() {
    let pem = bench::text(&two(), "pem");
    for (format, command) in [
        ("at-simcom", "AT+CCERTDOWN=\"ca.pem\",@\n"),
        ("at-quectel", "AT+QFUPL=\"ca.pem\",@,60\n"),
        ("at-ublox", "AT+USECMNG=0,0,\"ca\",@\n"),
        ("at-esp", "AT+SYSMFG=2,\"client_ca\",\"client_ca.0\",8,@\n"),
    ] {
        let lines = bench::text(&two(), format);
        let expected = command.replace('@', &pem.len().to_string()) + &pem + "AT+";
        assert!(lines.contains(&expected), "{lines}");
    }
}

#[test]
fn the_esp_at_partition_follows_its_documentation() {
    let bundle = two();
    let data = bench::bytes(&bundle, "esp-at-pki");
    let number = |at: usize| usize::from(u16::from_le_bytes([data[at], data[at + 1]]));
    assert_eq!(data[..2], [0xf1, 0xf1]);
    assert_eq!((number(2), number(4) + number(6) * 65_536), (2, data.len() - 8));
    let mut at = 8;
    for (index, entry) in bundle.entries.iter().enumerate() {
        assert_eq!((usize::from(data[at]), usize::from(data[at + 1])), (1, index));
        let length = number(at + 2);
        assert_eq!(&data[at + 4..at + 4 + length], entry.certificate.pem().as_bytes());
        at = (at + 4 + length).next_multiple_of(4);
    }
    assert_eq!(at, data.len());
}

#[test]
fn the_header_has_the_bytes_of_the_bundle() {
    if !real::program("gcc") {
        return;
    }
    let folder = folder();
    write(folder.path(), "anchor.h", bench::text(&two(), "esp-bundle-h"));
    let main = "#include \"anchor.h\"\n#include <stdio.h>\nint main(void) {\n\
                fwrite(ROOT_CA_BUNDLE, 1, sizeof ROOT_CA_BUNDLE, stdout); return 0; }\n";
    write(folder.path(), "main.c", main);
    super::c::compile(folder.path(), "gcc", "c11", &["main.c"], &["-Wno-unused-const-variable"]);
    let output = bench::run(&mut Command::new(folder.path().join("program")));
    assert!(output.stdout == bench::bytes(&two(), "esp-bundle"));
}

//! The formats for Python, MicroPython, CircuitPython, ESPHome, Go and Java, each read by its
//! interpreter, compiler or library, and a handshake with only that anchor.

use std::{path::Path, process::Command};

use super::bench::{self, folder, succeed, write};
use crate::support::{Pki, Server, real};

fn clients() -> std::path::PathBuf {
    bench::repository().join("tests/formats/clients")
}

/// Runs `command` for a port: with the root's own server it succeeds and the server reads its data; with
/// another server it exits with 1.
fn verifies_its_server(pki: &Pki, command: impl Fn(u16) -> Command) {
    let server = Server::presenting(pki);
    succeed(&mut command(server.port()));
    assert_eq!(server.heard().data, bench::GREETING.as_bytes());
    let server = Server::presenting(&bench::ec_pki());
    let refused = bench::run(&mut command(server.port()));
    assert_eq!(refused.status.code(), Some(1), "trusts another root: {refused:?}");
    assert!(server.heard().data.is_empty());
}

fn python(interpreter: &str, folder: &Path, idiom: &str, port: u16) -> Command {
    let mut command = Command::new(interpreter);
    command.current_dir(folder).args(["client.py", "anchor", "ROOT_CA", idiom, &port.to_string()]);
    command
}

/// A folder with the client and the module `anchor` in `format`.
fn module(format: &str, pki: &Pki) -> tempfile::TempDir {
    let folder = folder();
    std::fs::copy(clients().join("python_client.py"), folder.path().join("client.py")).unwrap();
    let bundle = bench::bundle(bench::HOST, 8883, vec![bench::root(pki)]);
    write(folder.path(), "anchor.py", bench::text(&bundle, format));
    folder
}

#[test]
fn cpython_verifies_its_server_with_text_and_der() {
    if !real::program("python3") {
        return;
    }
    for (format, idiom) in [("python", "text"), ("circuitpython", "text"), ("micropython", "der")] {
        for pki in [Some(bench::ec_pki()), bench::rsa_pki()].into_iter().flatten() {
            let folder = module(format, &pki);
            verifies_its_server(&pki, |port| python("python3", folder.path(), idiom, port));
        }
    }
}

#[test]
fn micropython_verifies_its_server_with_der() {
    if !real::program("micropython") {
        return;
    }
    for pki in [Some(bench::ec_pki()), bench::rsa_pki()].into_iter().flatten() {
        let folder = module("micropython", &pki);
        verifies_its_server(&pki, |port| python("micropython", folder.path(), "der", port));
    }
}

#[test]
fn python_modules_have_the_bytes_of_several_certificates() {
    if !real::program("python3") {
        return;
    }
    let [x1, x2] = bench::isrg();
    let expected = [x1.der(), x2.der()].concat();
    let bundle = bench::bundle("m1.example.com", 8883, vec![x1, x2]);
    let folder = folder();
    write(folder.path(), "anchor.py", bench::text(&bundle, "micropython"));
    write(folder.path(), "text.py", bench::text(&bundle, "python"));
    let script = "import anchor, text, ssl, sys\n\
                  context = ssl.create_default_context(cadata=text.ROOT_CA)\n\
                  assert len(context.get_ca_certs()) == 2\n\
                  assert anchor.ROOT_CA_DERS == (anchor.ROOT_CA_DER_1, anchor.ROOT_CA_DER_2)\n\
                  assert text.ROOT_CA_PORT == anchor.ROOT_CA_PORT == 8883\n\
                  assert text.ROOT_CA_HOST == 'm1.example.com'\n\
                  sys.stdout.write(b''.join(anchor.ROOT_CA_DERS).hex())\n";
    let found = succeed(
        Command::new("python3").current_dir(folder.path()).args(["-W", "error", "-c", script]),
    );
    let hex: String = expected.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(found, hex);
}

#[test]
fn circuitpython_and_zephyr_accept_exactly_one_certificate() {
    let [x1, x2] = bench::isrg();
    let bundle = bench::bundle("m1.example.com", 8883, vec![x1, x2]);
    for format in ["circuitpython", "zephyr", "der", "cer"] {
        let refusal = bench::try_bytes(&bundle, format).unwrap_err().to_string();
        let expected = format!("the format `{format}` holds exactly one certificate; found 2");
        assert_eq!(refusal, expected);
    }
}

#[test]
fn esphome_reads_the_block_as_one_text() {
    if !real::program("python3") {
        return;
    }
    let probe = bench::run(Command::new("python3").args(["-c", "import yaml"]));
    if !probe.status.success() {
        real::skip("PyYAML");
        return;
    }
    let [x1, x2] = bench::isrg();
    let bundle = bench::bundle("2001:db8::1", 8883, vec![x1, x2]);
    let folder = folder();
    let file = write(folder.path(), "tls.yaml", bench::text(&bundle, "esphome"));
    let script = "import sys, yaml\n\
                  mqtt = yaml.safe_load(open(sys.argv[1]))['mqtt']\n\
                  print(mqtt['broker'], mqtt['port'])\n\
                  sys.stdout.write(mqtt['certificate_authority'])\n";
    let found = succeed(Command::new("python3").args(["-c", script]).arg(file));
    assert_eq!(found, format!("2001:db8::1 8883\n{}", bench::text(&bundle, "pem")));
}

/// An ESPHome device with the block that certgrab writes.
const DEVICE: &str = "esphome:\n  name: plc\nesp32:\n  board: esp32dev\n  framework:\n    type: esp-idf\n\
                      wifi:\n  ssid: plant\n  password: not-a-secret\npackages:\n  tls: !include tls.yaml\n";

#[test]
fn esphome_compiles_the_block_into_the_same_pem() {
    if !real::program("esphome") {
        return;
    }
    let [x1, x2] = bench::isrg();
    let bundle = bench::bundle(bench::HOST, 8883, vec![x1, x2]);
    let folder = folder();
    write(folder.path(), "tls.yaml", bench::text(&bundle, "esphome"));
    write(folder.path(), "device.yaml", DEVICE);
    let esphome = |arguments: &[&str]| {
        succeed(
            Command::new("esphome").args(arguments).arg("device.yaml").current_dir(folder.path()),
        )
    };
    let config = esphome(&["config"]);
    assert!(config.contains(bench::HOST), "{config}");
    esphome(&["compile", "--only-generate"]);
    let source = folder.path().join(".esphome/build/plc/src/main.cpp");
    let source = std::fs::read_to_string(source).expect("the source");
    let (_, literal) = source.split_once("set_ca_certificate(\"").expect("the call");
    let (literal, _) = literal.split_once("\")").expect("its end");
    // ESPHome breaks source lines anywhere between two literals.
    let text: String = literal.split('"').step_by(2).collect();
    assert_eq!(text.replace("\\012", "\n"), bench::text(&bundle, "pem"));
}

#[test]
fn go_verifies_its_server_and_refuses_others() {
    if !real::program("go") {
        return;
    }
    let pki = bench::ec_pki();
    let folder = folder();
    let bundle = bench::bundle(bench::HOST, 8883, vec![bench::root(&pki)]);
    std::fs::create_dir(folder.path().join("rootca")).unwrap();
    let source = write(folder.path(), "rootca/rootca.go", bench::text(&bundle, "go"));
    write(folder.path(), "go.mod", "module client\n\ngo 1.19\n");
    std::fs::copy(clients().join("client.go"), folder.path().join("main.go")).unwrap();
    let go = || {
        let mut go = Command::new("go");
        go.current_dir(folder.path())
            .env("GOCACHE", std::env::temp_dir().join("certgrab-go-cache"))
            .env("GOPROXY", "off")
            .env("GOFLAGS", "-mod=mod");
        go
    };
    succeed(go().args(["vet", "./rootca"]));
    succeed(go().args(["build", "-o", "client", "."]));
    if real::program("gofmt") {
        let unformatted = succeed(Command::new("gofmt").arg("-l").arg(source));
        assert_eq!(unformatted, "", "gofmt would change it");
    }
    let client = folder.path().join("client");
    verifies_its_server(&pki, |port| {
        let mut command = Command::new(&client);
        command.arg(port.to_string());
        command
    });
}

#[test]
fn java_verifies_its_server_with_both_truststores() {
    if !real::program("keytool") || !real::program("java") {
        return;
    }
    let pki = bench::ec_pki();
    let root = bench::root(&pki);
    let [x1, x2] = bench::isrg();
    for (format, kind) in [("java", "PKCS12"), ("java-jks", "JKS")] {
        let folder = folder();
        let certificates = vec![root.clone(), x1.clone(), x2.clone()];
        let bundle = bench::bundle(bench::HOST, 8883, certificates);
        let store = write(folder.path(), "truststore", bench::bytes(&bundle, format));
        let listed = succeed(
            Command::new("keytool")
                .args(["-J-Duser.language=en", "-list", "-v", "-storepass", "changeit"])
                .args(["-storetype", kind, "-keystore"])
                .arg(&store),
        );
        assert_eq!(listed.matches("trustedCertEntry").count(), 3, "{listed}");
        for (alias, certificate) in [("anchor", &root), ("backup-2", &x1), ("backup-3", &x2)] {
            assert!(listed.contains(&format!("Alias name: {alias}")), "{listed}");
            let hex = certificate.sha256().to_string().to_uppercase();
            let pairs: Vec<_> = hex.as_bytes().chunks(2).map(String::from_utf8_lossy).collect();
            assert!(listed.contains(&pairs.join(":")), "{listed}");
        }
        verifies_its_server(&pki, |port| {
            let mut command = Command::new("java");
            command.arg(clients().join("Client.java")).arg(&store).args([
                kind,
                &port.to_string(),
                bench::HOST,
            ]);
            command
        });
    }
}

#[test]
fn openssl_reads_the_pkcs12_truststore() {
    if !real::program("openssl") {
        return;
    }
    let [x1, _] = bench::isrg();
    let folder = folder();
    let bundle = bench::bundle("m1.example.com", 8883, vec![x1.clone()]);
    let store = write(folder.path(), "truststore.p12", bench::bytes(&bundle, "java"));
    let read = succeed(
        Command::new("openssl")
            .args(["pkcs12", "-nokeys", "-nomacver", "-passin", "pass:", "-in"])
            .arg(store),
    );
    assert!(read.contains(&x1.pem()), "{read}");
}

#[test]
fn pins_match_openssl() {
    if !real::program("openssl") {
        return;
    }
    let [x1, x2] = bench::isrg();
    let folder = folder();
    let mut pins = String::new();
    for certificate in [&x1, &x2] {
        let file = write(folder.path(), "ca.pem", certificate.pem());
        let script = "openssl x509 -in \"$1\" -pubkey -noout | openssl pkey -pubin -outform DER | \
                      openssl dgst -sha256 -binary | openssl base64";
        pins.push_str(&succeed(Command::new("sh").args(["-c", script, "sh"]).arg(file)));
    }
    let bundle = bench::bundle("m1.example.com", 8883, vec![x1.clone(), x2.clone()]);
    assert_eq!(bench::text(&bundle, "spki-pin"), pins);
    let prints = format!("{}\n{}\n", x1.sha256(), x2.sha256());
    assert_eq!(bench::text(&bundle, "sha256"), prints);
}

//! A build script that makes constants from a lock, in a separate crate.

use std::{fs, path::Path, process::Command};

use crate::support::{Pki, Server, certgrab, real};

const MANIFEST: &str = r#"
[package]
name = "scratch"
version = "0.0.0"
edition = "2024"

[workspace]

[build-dependencies]
certgrab = { path = "@CERTGRAB@", default-features = false }

[dependencies]
rustls = { version = "0.23", default-features = false, features = ["ring", "std", "tls12"] }
"#;

/// The lock is outside the crate, where cargo watches nothing by default.
const BUILD: &str = r#"
fn main() {
    certgrab::Build::new().lock("../plc.pem").name("ROOT_CA").rust("root_ca.rs").generate();
}
"#;

/// Connects to the address in its argument with only the generated constants.
const MAIN: &str = concat!(
    r#"include!(concat!(env!("OUT_DIR"), "/root_ca.rs"));
fn main() {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(rustls::pki_types::CertificateDer::from_slice(ROOT_CA_DER)).unwrap();
    connect(roots).unwrap();
    println!("connected to {ROOT_CA_HOST}:{ROOT_CA_PORT}");
}
"#,
    include_str!("inputs/rustls_client.rs")
);

/// Writes the lock in every format; prints the errors of those that are refused.
const EVERY_FORM: &str = r#"
use certgrab::Diagnostic;

fn main() {
    let mut refusals = String::new();
    for format in certgrab::FORMATS {
        let made = certgrab::Build::new()
            .lock("../plc.pem")
            .server("plc.test", 8883)
            .name("ROOT_CA")
            .rust("root_ca.rs")
            .emit(format.name, format.name)
            .try_generate();
        if let Err(error) = made {
            refusals.push_str(&format!("{error}; {}\n", error.hint().unwrap_or_default()));
        }
    }
    std::fs::write("refusals.txt", refusals).unwrap();
}
"#;

/// Cargo without a network: in a network namespace if this machine allows it.
fn cargo_offline(folder: &Path) -> Command {
    let alone = real::program("unshare")
        && Command::new("unshare")
            .args(["--net", "true"])
            .output()
            .is_ok_and(|it| it.status.success());
    let mut command = match alone {
        true => {
            let mut command = Command::new("unshare");
            command.args(["--net", env!("CARGO")]);
            command
        }
        false => Command::new(env!("CARGO")),
    };
    // Not in the temporary folder, so that a second run is a short one.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scratch");
    command.current_dir(folder).args(["build", "--offline", "--quiet", "--target-dir"]).arg(target);
    command
}

#[test]
fn a_crate_with_a_lock_builds_offline_and_its_binary_connects() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let server = Server::presenting(&pki);
    let folder = pki.folder().join("scratch");
    fs::create_dir_all(folder.join("src")).unwrap();
    let certgrab_folder = env!("CARGO_MANIFEST_DIR");
    fs::write(folder.join("Cargo.toml"), MANIFEST.replace("@CERTGRAB@", certgrab_folder)).unwrap();
    // The versions that are already on this machine.
    fs::copy(Path::new(certgrab_folder).join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    fs::write(folder.join("build.rs"), BUILD).unwrap();
    fs::write(folder.join("src/main.rs"), MAIN).unwrap();

    // Without the lock, or with a wrong one, the build fails with one sentence; correcting the lock is enough.
    let lock = folder.join("../plc.pem");
    let refused = |problem: &str| {
        let output = cargo_offline(&folder).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success());
        assert!(printed.contains(&format!("certgrab: error: {problem}\n")), "{printed}");
        assert!(
            printed.contains(&format!("cargo:rerun-if-changed={}\n", lock.display())),
            "{printed}"
        );
        assert!(!printed.contains("panicked"), "{printed}");
    };
    let shown = lock.display();
    refused(&format!("cannot read the lock {shown}: No such file or directory (os error 2)"));
    fs::write(&lock, "Host: plc.test\n").unwrap();
    refused(&format!("{shown}: expected at least one PEM certificate, found none"));

    // The next build uses the new anchor of a changed lock.
    let other_pki = Pki::root("Other Root").leaf("plc.test");
    let other = Server::presenting(&other_pki);
    for (server, pki) in [(server, &pki), (other, &other_pki)] {
        certgrab()
            .args(["plc.test:8883", "--connect", &server.address().to_string(), "--quiet"])
            .args(["--emit", "lock=../plc.pem"])
            .trusting(pki.root_file())
            .in_folder(&folder)
            .succeeds();
        // Twice: after a failed build cargo runs the script once more.
        for _ in 0..2 {
            let output = cargo_offline(&folder).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        let binary = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scratch/debug/scratch");
        let output = Command::new(binary).arg(server.address().to_string()).output().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "connected to plc.test:8883\n",
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(server.heard().data, b"trusted");
    }
    // A broken lock fails the build even if constants of an earlier build exist.
    fs::write(&lock, "Host: plc.test\n").unwrap();
    refused(&format!("{shown}: expected at least one PEM certificate, found none"));
    fs::copy(pki.root_file(), &lock).unwrap();

    // Without the features every format works except those with a SHA-1, which say so.
    fs::write(folder.join("build.rs"), EVERY_FORM).unwrap();
    let output = cargo_offline(&folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let out = std::fs::read_to_string(folder.join("refusals.txt")).unwrap();
    let refusal = |format| {
        format!(
            "the format `{format}` needs SHA-1, which requires the feature `judge`; enable the \
             feature `judge`\n"
        )
    };
    assert_eq!(out, ["capath", "java-jks", "sha1"].map(refusal).concat());
}

#[test]
fn a_path_with_a_line_break_gives_cargo_no_directive() {
    let folder = tempfile::TempDir::new().unwrap();
    let hostile = folder.path().join("a\ncargo:rustc-env=EVIL=1");
    fs::create_dir(&hostile).unwrap();
    let pki = Pki::root("Plant Root").leaf("plc.test");
    fs::copy(pki.root_file(), hostile.join("plc.pem")).unwrap();
    let build = |base: &Path| {
        certgrab::Build::new()
            .base(base)
            .out_dir(folder.path())
            .lock("plc.pem")
            .server("plc.test", 8883)
            .rust("ca.rs")
            .try_generate()
    };
    let printed = build(&hostile).expect_err("a path that cargo would obey").to_string();
    assert!(printed.starts_with("cannot read the lock /"), "{printed}");
    assert!(printed.ends_with("plc.pem: its path has a line break"), "{printed}");
    assert!(!printed.contains('\n') && !folder.path().join("ca.rs").exists());
}

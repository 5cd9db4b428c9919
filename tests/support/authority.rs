//! CAs made by openssl, for the keys and digests that rcgen cannot make with ring.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use rcgen::KeyPair;

use super::real::Listener;

/// A CA in its own folder.
pub(crate) struct Authority {
    folder: tempfile::TempDir,
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::named("Openssl Root")
    }

    /// With this common name and a key on P-256.
    pub(crate) fn named(name: &str) -> Self {
        let authority = Self { folder: tempfile::TempDir::new().expect("a folder") };
        let pair = KeyPair::generate().expect("a key");
        fs::write(authority.file("root.key"), pair.serialize_pem()).expect("a file");
        authority.sign_itself(name);
        authority
    }

    /// With a key of another kind.
    pub(crate) fn with_key(algorithm: &str, options: &[&str]) -> Self {
        let authority = Self { folder: tempfile::TempDir::new().expect("a folder") };
        authority.generate("root.key", algorithm, options);
        authority.sign_itself("Openssl Root");
        authority
    }

    fn sign_itself(&self, name: &str) {
        let subject = format!("/CN={name}");
        let subject = ["-subj", &subject, "-days", "3650", "-out", "root.pem"];
        let request = ["req", "-x509", "-new", "-key", "root.key"];
        self.openssl(&[&request[..], &subject].concat());
    }

    fn generate(&self, file: &str, algorithm: &str, options: &[&str]) {
        let mut generate = vec!["genpkey", "-algorithm", algorithm, "-out", file];
        for option in options {
            generate.extend(["-pkeyopt", option]);
        }
        self.openssl(&generate);
    }

    /// Issues `NAME.pem` with the key `NAME.key` for 127.0.0.1, signed with `digest`.
    pub(crate) fn issue(&self, name: &str, algorithm: &str, options: &[&str], digest: &str) {
        let digest = format!("-{digest}");
        self.issue_for("IP:127.0.0.1", name, algorithm, options, &[&digest]);
    }

    /// Issues `NAME.pem` with the key `NAME.key` for a subjectAltName, with options of the signature.
    pub(crate) fn issue_for(
        &self,
        names: &str,
        name: &str,
        algorithm: &str,
        options: &[&str],
        signature: &[&str],
    ) {
        let [key, request, certificate, extensions] =
            ["key", "csr", "pem", "ext"].map(|kind| format!("{name}.{kind}"));
        self.generate(&key, algorithm, options);
        self.openssl(&["req", "-new", "-key", &key, "-subj", "/CN=leaf", "-out", &request]);
        let extension = format!("subjectAltName={names}\n");
        fs::write(self.file(&extensions), extension).expect("a file");
        let from = ["x509", "-req", "-in", &request, "-CA", "root.pem", "-CAkey", "root.key"];
        let to = ["-days", "365", "-CAcreateserial", "-extfile", &extensions, "-out", &certificate];
        self.openssl(&[&from[..], &to, signature].concat());
    }

    /// `openssl s_server` with the certificate called `name`, and more arguments.
    pub(crate) fn serve(&self, name: &str, arguments: &[&str]) -> Listener {
        let (certificate, key) = (format!("{name}.pem"), format!("{name}.key"));
        Listener::start(|port| {
            let mut command = Command::new("openssl");
            command.current_dir(self.folder());
            command.args(["s_server", "-accept", &format!("127.0.0.1:{port}")]);
            command.args(["-cert", &certificate, "-key", &key]).args(arguments);
            command
        })
    }

    /// `gnutls-serv` with the certificate called `name` and a priority string.
    pub(crate) fn serve_by_gnutls(&self, name: &str, priority: &str) -> Listener {
        let (certificate, key) = (format!("{name}.pem"), format!("{name}.key"));
        Listener::start(|port| {
            let mut command = Command::new("gnutls-serv");
            command.current_dir(self.folder());
            command.args(["--quiet", "--echo", "--port", &port.to_string()]);
            command.args(["--x509certfile", &certificate, "--x509keyfile", &key]);
            command.args(["--priority", priority]);
            command
        })
    }

    /// Node with the certificate called `name`, TLS 1.3 and one group for key exchange.
    pub(crate) fn serve_by_node(&self, name: &str, group: &str) -> Listener {
        let program = "const { readFileSync } = require('fs'), [name, group, port] = \
                       process.argv.slice(1); require('tls').createServer({ cert: \
                       readFileSync(name + '.pem'), key: readFileSync(name + '.key'), ecdhCurve: \
                       group, minVersion: 'TLSv1.3' }).listen(Number(port))";
        Listener::start(|port| {
            let mut command = Command::new("node");
            command.current_dir(self.folder());
            command.args(["-e", program, name, group, &port.to_string()]);
            command
        })
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Runs openssl in its folder.
    pub(crate) fn openssl(&self, arguments: &[&str]) {
        let output = Command::new("openssl")
            .current_dir(self.folder())
            .args(arguments)
            .output()
            .expect("openssl runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

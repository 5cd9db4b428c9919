//! PostgreSQL, which refuses to run as root.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::support::{Pki, certgrab, real};

/// A PostgreSQL server. It ends when the value is dropped.
struct Postgres {
    programs: PathBuf,
    folder: tempfile::TempDir,
}

impl Postgres {
    /// With the certificate and the key of `pki`, on `port`. Debian puts its programs in a folder outside the
    /// path.
    fn start(pki: &Pki, port: u16) -> Option<Self> {
        let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut folders = versions.map(|version| version.path().join("bin"));
        let Some(programs) = folders.find(|folder| folder.join("initdb").is_file()) else {
            real::skip("postgresql");
            return None;
        };
        let server = Self { programs, folder: tempfile::TempDir::new().expect("a folder") };
        let own = server.folder.path();
        std::fs::copy(pki.chain_file(), own.join("server.crt")).expect("a certificate");
        std::fs::copy(pki.key_file(), own.join("server.key")).expect("a key");
        if real::is_root() {
            let mut chown = Command::new("chown");
            succeeds(chown.args(["-R", "postgres:postgres"]).arg(own));
        }
        succeeds(server.command("chmod").arg("600").arg(own.join("server.key")));
        let data = own.join("data");
        succeeds(server.command("initdb").args(["--auth=trust", "--no-sync", "-D"]).arg(&data));
        let settings = format!(
            "ssl = on\nssl_cert_file = '{0}/server.crt'\nssl_key_file = '{0}/server.key'\n\
             port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n",
            own.display()
        );
        std::fs::write(data.join("postgresql.auto.conf"), settings).expect("its settings");
        let log = own.join("log");
        succeeds(
            server.command("pg_ctl").arg("-D").arg(&data).arg("-l").arg(log).args(["-w", "start"]),
        );
        Some(server)
    }

    /// A program that runs as another user than root, as PostgreSQL requires.
    fn command(&self, program: &str) -> Command {
        let own = self.programs.join(program);
        let program = if own.is_file() { own } else { PathBuf::from(program) };
        let mut command = if real::is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.folder.path());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.folder.path().join("data");
        let mut command = self.command("pg_ctl");
        let _ = command.arg("-D").arg(data).args(["-m", "immediate", "stop"]).output();
    }
}

#[track_caller]
fn succeeds(command: &mut Command) {
    // A server keeps inherited descriptors open, so reading a pipe to its end would never return.
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.expect("the program starts").success(), "{command:?}");
}

#[test]
fn a_real_postgresql_is_read() {
    let pki = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
    let port = real::free_port();
    let Some(_server) = Postgres::start(&pki, port) else { return };
    let document = certgrab()
        .args(["postgres://plc.test", "--json", "--connect", &format!("127.0.0.1:{port}")])
        .trusting(pki.root_file())
        .succeeds()
        .json();
    assert_eq!(document["target"]["starttls"], "postgres");
    assert_eq!(document["handshake"]["key_possession"], "proven");
    assert_eq!(document["anchor"]["subject"], "CN=Plant Root");
}

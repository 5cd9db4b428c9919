//! Starts mosquitto for one case.
//!
//! In: a certificate chain, its key, and whether clients need a certificate. Out: [`Broker`], which
//! listens on two ports of the loopback interface: one with TLS for the device, one without for the
//! bench. Dropping it stops mosquitto.

use crate::{Fault, pki::Served};
use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The time limit for mosquitto to start listening.
const START: Duration = Duration::from_secs(10);

/// A running mosquitto.
pub(crate) struct Broker {
    process: Child,
    directory: PathBuf,
    /// The port with TLS.
    pub(crate) port: u16,
    /// The port without TLS, for the bench.
    pub(crate) plain: u16,
}

impl Broker {
    /// Starts a broker that presents `served`, with its files in a folder of `parent`. With
    /// `client_ca`, it only accepts devices with a certificate of that CA.
    pub(crate) fn start(
        parent: &Path,
        served: &Served,
        client_ca: Option<&str>,
    ) -> Result<Self, Fault> {
        // The name does not contain the port, because the system may assign the same port again.
        let directory = tempfile::Builder::new().prefix("broker-").tempdir_in(parent)?.keep();
        let (port, plain) = (free_port()?, free_port()?);
        let file = |name: &str, text: &str| -> Result<String, Fault> {
            let path = directory.join(name);
            fs::write(&path, text)?;
            Ok(path.display().to_string())
        };
        let mut settings = format!(
            "user root\npersistence false\nallow_anonymous true\n\
             listener {plain} 127.0.0.1\n\
             listener {port} 127.0.0.1\ncertfile {}\nkeyfile {}\n",
            file("chain.pem", &served.chain)?,
            file("key.pem", &served.key)?,
        );
        if let Some(ca) = client_ca {
            let path = file("clients.pem", ca)?;
            settings += &format!("cafile {path}\nrequire_certificate true\n");
        }
        file("mosquitto.conf", &settings)?;
        let process = spawn(&directory)?;
        let mut broker = Self { process, directory, port, plain };
        broker.wait()?;
        Ok(broker)
    }

    /// Stops the broker and starts it again on the same ports after `pause`.
    pub(crate) fn restart(&mut self, pause: Duration) -> Result<(), Fault> {
        self.process.kill()?;
        self.process.wait()?;
        thread::sleep(pause);
        self.process = spawn(&self.directory)?;
        self.wait()
    }

    fn wait(&mut self) -> Result<(), Fault> {
        let start = Instant::now();
        while start.elapsed() < START {
            if let Some(status) = self.process.try_wait()? {
                let log = fs::read_to_string(self.directory.join("log"))?;
                return Err(format!("mosquitto ended with {status}:\n{log}").into());
            }
            let listens = |port| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
            if listens(self.plain) && listens(self.port) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err("mosquitto does not listen".into())
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        // Both fail if mosquitto has already ended; that does not matter.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn spawn(directory: &Path) -> Result<Child, Fault> {
    let log = fs::File::create(directory.join("log"))?;
    Command::new("mosquitto")
        .arg("-c")
        .arg(directory.join("mosquitto.conf"))
        .env("PATH", path_with_sbin())
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .map_err(|error| format!("mosquitto: {error}").into())
}

/// Debian installs mosquitto in /usr/sbin, which is only in root's `PATH`.
pub(crate) fn path_with_sbin() -> String {
    format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default())
}

/// A port that is currently free.
pub(crate) fn free_port() -> Result<u16, Fault> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

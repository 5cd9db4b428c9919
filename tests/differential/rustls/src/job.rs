//! What the clients share: jobs, one line each, and the server that presents their chains.

use std::io::{BufRead as _, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// 2026-06-01, in seconds since 1970.
pub const TODAY: u64 = 1_780_272_000;
/// How long a handshake may wait for the server.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A line "ID HOST CHAIN KEY ANCHOR", separated by tabs.
pub struct Job {
    id: String,
    pub host: String,
    chain: String,
    key: String,
    /// The PEM file with the anchors.
    pub anchor: String,
}

impl Job {
    fn of(line: &str) -> Option<Self> {
        let mut words = line.split('\t').map(str::to_owned);
        let mut next = || words.next();
        Some(Self { id: next()?, host: next()?, chain: next()?, key: next()?, anchor: next()? })
    }

    /// A connection to the server on `port`, which presents the chain.
    ///
    /// # Errors
    ///
    /// "unserved" if no server can present it.
    pub fn connect(&self, port: &str) -> Result<TcpStream, String> {
        let mut socket = TcpStream::connect(format!("127.0.0.1:{port}")).map_err(shown)?;
        socket.set_read_timeout(Some(TIMEOUT)).map_err(shown)?;
        let request = format!("{}\t{}\t{}\n", self.host, self.chain, self.key);
        let mut answer = [0];
        let sent = socket.write_all(request.as_bytes());
        match sent.and_then(|()| socket.read_exact(&mut answer)) {
            Ok(()) if answer == *b"+" => Ok(socket),
            _ => Err("unserved".to_owned()),
        }
    }
}

pub fn shown(error: impl ToString) -> String {
    error.to_string()
}

/// Prints "ID VERDICT" for each job on standard input: "ok", or the error of `judge` in one line.
pub fn judge_each(judge: impl Fn(&Job) -> Result<(), String>) {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let Some(job) = Job::of(&line) else { continue };
        let verdict = judge(&job).err().unwrap_or_else(|| "ok".to_owned());
        println!("{}\t{}", job.id, verdict.split_whitespace().collect::<Vec<_>>().join(" "));
    }
}

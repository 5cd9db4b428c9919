//! Fetches a page over HTTPS.
//!
//! server_root_ca.rs, which certgrab generated, defines the server, its port and the only trusted
//! certificate. Edit the path, and how the response is handled.

mod server_root_ca;
mod tls;

use std::{
    env,
    io::{self, Read as _, Write as _},
    process::ExitCode,
};

use server_root_ca::{SERVER_ROOT_CA_HOST, SERVER_ROOT_CA_PORT};

const PATH: &str = "/";

/// The longest response to read, in bytes.
const LARGEST_ANSWER: u64 = 1024 * 1024;

fn main() -> ExitCode {
    if !tls::clock_is_set() {
        eprintln!("the clock is behind the certificate: set it, for example with NTP");
        return ExitCode::FAILURE;
    }
    match fetch() {
        Ok(answer) => {
            println!("{}", String::from_utf8_lossy(&answer));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{SERVER_ROOT_CA_HOST}:{SERVER_ROOT_CA_PORT}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Sends one request and returns the response with its headers (RFC 9112). For anything more, use an
/// HTTP crate that accepts this connection.
fn fetch() -> io::Result<Vec<u8>> {
    let mut stream = tls::connect()?;
    let host = match SERVER_ROOT_CA_HOST {
        address if address.contains(':') => format!("[{address}]"),
        name => name.to_owned(),
    };
    write!(
        stream,
        "GET {PATH} HTTP/1.1\r\nHost: {host}:{SERVER_ROOT_CA_PORT}\r\n\
         User-Agent: {}/{}\r\nAccept: */*\r\nConnection: close\r\n",
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION"),
    )?;
    // The token comes from the environment, so that it is not committed.
    if let Ok(token) = env::var("HTTP_BEARER_TOKEN") {
        write!(stream, "Authorization: Bearer {token}\r\n")?;
    }
    stream.write_all(b"\r\n")?;
    stream.flush()?;
    let mut answer = Vec::new();
    stream.take(LARGEST_ANSWER).read_to_end(&mut answer)?;
    Ok(answer)
}

//! Fetches a page. Edit the path, and how the response is handled.

use alloc::{format, string::String};

use embassy_time::{Duration, Timer, with_timeout};
use mbedtls_rs::{
    Session,
    io::{Read, Write},
};

use crate::{
    config,
    server_root_ca::{SERVER_ROOT_CA_HOST, SERVER_ROOT_CA_PORT},
};

const PATH: &str = "/";

/// The time limit for each part of the response.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The pause after each page.
const INTERVAL: Duration = Duration::from_secs(60);

/// The size of one read, in bytes.
const READ_SIZE: usize = 512;

/// Sends one request, logs the response with its headers, and pauses (RFC 9112). For anything more, use
/// an HTTP crate that accepts this session.
pub async fn talk<S: Read + Write>(mut session: Session<'_, S>) -> Result<(), String> {
    let host = match SERVER_ROOT_CA_HOST {
        address if address.contains(':') => format!("[{address}]"),
        name => name.into(),
    };
    let mut request = format!(
        "GET {PATH} HTTP/1.1\r\nHost: {host}:{SERVER_ROOT_CA_PORT}\r\n\
         User-Agent: {}/{}\r\nAccept: */*\r\nConnection: close\r\n",
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION"),
    );
    if let Some(token) = config::HTTP_BEARER_TOKEN {
        request += &format!("Authorization: Bearer {token}\r\n");
    }
    request += "\r\n";
    let lost = |error| format!("the connection is lost: {error}");
    session.write_all(request.as_bytes()).await.map_err(lost)?;
    session.flush().await.map_err(lost)?;
    let mut piece = [0; READ_SIZE];
    loop {
        let count = with_timeout(TIMEOUT, session.read(&mut piece))
            .await
            .map_err(|_| "the server is silent")?
            .map_err(lost)?;
        if count == 0 {
            break;
        }
        log::info!("{}", String::from_utf8_lossy(&piece[..count]));
    }
    drop(session);
    Timer::after(INTERVAL).await;
    Ok(())
}

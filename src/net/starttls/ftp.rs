//! FTP, whose replies are lines with codes, as in SMTP.

use tokio::io::{AsyncRead, AsyncWrite};

use super::{
    dialogue::{Talk, with_code},
    error::Problem,
};

/// RFC 4217 section 4.
pub(super) async fn ftp<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
) -> Result<(), Problem> {
    with_code(talk.reply().await?, b"220")?;
    talk.say(b"AUTH TLS\r\n").await?;
    with_code(talk.reply().await?, b"234").map(drop)
}

//! FTP, whose replies are lines with codes, as in SMTP.

use super::{
    dialogue::{Talk, with_code},
    error::Problem,
};
use crate::net::Duplex;

/// RFC 4217 section 4.
pub(super) async fn ftp(talk: &mut Talk<'_, impl Duplex>) -> Result<(), Problem> {
    with_code(talk.reply().await?, b"220")?;
    talk.say(b"AUTH TLS\r\n").await?;
    with_code(talk.reply().await?, b"234").map(drop)
}

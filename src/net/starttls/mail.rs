//! SMTP, IMAP and POP3, whose protocols use lines.

use super::{
    dialogue::{Talk, with_code},
    error::{Problem, no},
};
use crate::net::Duplex;

/// RFC 3207.
pub(super) async fn smtp(talk: &mut Talk<'_, impl Duplex>) -> Result<(), Problem> {
    with_code(talk.reply().await?, b"220")?;
    talk.say(b"EHLO certgrab.invalid\r\n").await?;
    let offers = with_code(talk.reply().await?, b"250")?;
    let is_starttls = |line: &Vec<u8>| {
        line.get(4..).is_some_and(|word| word.trim_ascii().eq_ignore_ascii_case(b"STARTTLS"))
    };
    if !offers.iter().any(is_starttls) {
        return Err(Problem::NotOffered);
    }
    talk.say(b"STARTTLS\r\n").await?;
    with_code(talk.reply().await?, b"220").map(drop)
}

/// RFC 9051 section 6.2.1.
pub(super) async fn imap(talk: &mut Talk<'_, impl Duplex>) -> Result<(), Problem> {
    let greeting = talk.line().await?;
    // After PREAUTH, TLS can no longer be requested.
    if !greeting.to_ascii_uppercase().starts_with(b"* OK") {
        return Err(no(&greeting, greeting.starts_with(b"* ")));
    }
    talk.say(b"a1 STARTTLS\r\n").await?;
    loop {
        let line = talk.line().await?;
        match line.strip_prefix(b"a1 ") {
            Some(answer) if answer.to_ascii_uppercase().starts_with(b"OK") => return Ok(()),
            Some(_) => return Err(no(&line, true)),
            None if line.starts_with(b"* ") => {}
            None => return Err(no(&line, false)),
        }
    }
}

/// RFC 2595 section 4.
pub(super) async fn pop3(talk: &mut Talk<'_, impl Duplex>) -> Result<(), Problem> {
    for command in [None, Some(b"STLS\r\n")] {
        if let Some(command) = command {
            talk.say(command).await?;
        }
        let line = talk.line().await?;
        if !line.starts_with(b"+OK") {
            return Err(no(&line, line.starts_with(b"-ERR")));
        }
    }
    Ok(())
}

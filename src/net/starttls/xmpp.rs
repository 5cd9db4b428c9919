//! XMPP, whose protocol uses XML.

use super::{
    dialogue::Talk,
    error::{Problem, no},
};
use crate::net::Duplex;

/// RFC 6120 section 5.4.
pub(super) async fn ask(talk: &mut Talk<'_, impl Duplex>, host: &str) -> Result<(), Problem> {
    let opening = format!(
        "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
         xmlns:stream='http://etherx.jabber.org/streams' to='{host}' version='1.0'>"
    );
    talk.say(opening.as_bytes()).await?;
    let namespace = b"urn:ietf:params:xml:ns:xmpp-tls";
    let mut has_tls = false;
    loop {
        let element = talk.until(b'>').await?;
        has_tls |= element.windows(namespace.len()).any(|window| window == namespace);
        let tag = element.trim_ascii();
        if tag.starts_with(b"<stream:error") {
            // The reason is the element inside (RFC 6120 section 4.9.2).
            let reason = talk.until(b'>').await?;
            return Err(no(&reason, true));
        }
        if matches!(tag, b"</stream:features>" | b"<stream:features/>") {
            break;
        }
        if !tag.contains(&b'<') {
            return Err(no(tag, false));
        }
    }
    if !has_tls {
        return Err(Problem::NotOffered);
    }
    talk.say(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").await?;
    let answer = talk.until(b'>').await?;
    match answer.trim_ascii() {
        yes if yes.starts_with(b"<proceed") => Ok(()),
        other => Err(no(other, other.starts_with(b"<failure"))),
    }
}

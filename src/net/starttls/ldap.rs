//! LDAP, whose messages are BER.

use super::{
    dialogue::Talk,
    error::{Problem, no},
};
use crate::{net::Duplex, text::foreign::Foreign};

/// An ExtendedRequest for 1.3.6.1.4.1.1466.20037 as message 1 (RFC 4511 section 4.14.1).
const LDAP_REQUEST: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";

/// protocolError (RFC 4511 section 4.1.9).
const PROTOCOL_ERROR: u8 = 2;

/// The other result codes with which TLS is refused (RFC 4511 sections 4.1.9 and 4.14.2).
const RESULTS: [(u8, &str); 6] = [
    (1, "operationsError"),
    (8, "strongerAuthRequired"),
    (13, "confidentialityRequired"),
    (52, "unavailable"),
    (53, "unwillingToPerform"),
    (80, "other"),
];

/// RFC 4511 section 4.14: the answer is an ExtendedResponse whose result code is success, 0.
pub(super) async fn ask(talk: &mut Talk<'_, impl Duplex>) -> Result<(), Problem> {
    talk.say(LDAP_REQUEST).await?;
    let mut answer = talk.exactly(2).await?;
    let length = match (answer[0], answer[1]) {
        (0x30, short @ 0..=0x7f) => usize::from(short),
        // BER lets any length be written in more bytes than it needs.
        (0x30, count @ 0x81..=0x84) => {
            let bytes = talk.exactly(usize::from(count & 0x7f)).await?;
            answer.extend(&bytes);
            bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte))
        }
        _ => return Err(talk.unexpected(&answer)),
    };
    let content = talk.exactly(length).await?;
    match after_ldap_headers(&content) {
        Some([0x0a, 1, 0, ..]) => Ok(()),
        // RFC 4511 section 4.14.2: a server without TLS does not know the request.
        Some([0x0a, 1, PROTOCOL_ERROR, ..]) => Err(Problem::NotOffered),
        Some([0x0a, 1, code, ..]) => {
            let name = RESULTS.iter().find(|(number, _)| number == code);
            let name = name.map_or_else(String::new, |(_, name)| format!(", {name}"));
            Err(Problem::Refused(Foreign::text(&format!("result code {code}{name}"))))
        }
        _ => Err(no(&content, false)),
    }
}

/// What follows the message's number and the header of its ExtendedResponse.
fn after_ldap_headers(content: &[u8]) -> Option<&[u8]> {
    match content.strip_prefix(&[2, 1, 1, 0x78])? {
        [0..=0x7f, rest @ ..] => Some(rest),
        [count @ 0x81..=0x84, rest @ ..] => rest.get(usize::from(count & 0x7f)..),
        _ => None,
    }
}

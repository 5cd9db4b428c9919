//! The anchors of certgrab's own JSON documents, which also show what a server presented.

use serde::{Deserialize, de::IgnoredAny};

use super::{Constant, Form, lines::Lines};

/// The identifying fields of a certgrab document, and its anchor; all others are ignored.
#[derive(Deserialize)]
struct Document {
    #[serde(rename = "schema")]
    _schema: IgnoredAny,
    #[serde(rename = "target")]
    _target: IgnoredAny,
    #[serde(rename = "status")]
    _status: IgnoredAny,
    #[serde(rename = "presented")]
    _presented: IgnoredAny,
    // So that it must be present, even if it is null.
    #[serde(deserialize_with = "Option::deserialize")]
    anchor: Option<Anchor>,
}

#[derive(Deserialize)]
struct Anchor {
    pem: Option<String>,
}

/// The anchors of `content`, one document or several in a row; `None` if it is something else.
pub(crate) fn anchors(content: &[u8]) -> Option<Vec<Constant>> {
    if content.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    let mut documents = serde_json::Deserializer::from_slice(content).into_iter::<Document>();
    let (mut constants, mut line, mut counted) = (Vec::new(), 1, 0);
    while let Some(document) = documents.next() {
        if let Some(pem) = document.ok()?.anchor.and_then(|anchor| anchor.pem) {
            constants.push(Constant {
                name: Some("anchor".to_owned()),
                form: Form::Block,
                lines: Lines::all_on(line, pem.len()),
                bytes: pem.into_bytes(),
                nul_follows: false,
                is_pointer: false,
            });
        }
        let end = documents.byte_offset();
        line += content[counted..end].iter().filter(|byte| **byte == b'\n').count();
        counted = end;
        line += usize::from(content.get(end) == Some(&b'\n'));
        counted += usize::from(content.get(end) == Some(&b'\n'));
    }
    Some(constants)
}

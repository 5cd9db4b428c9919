//! The anchors of certgrab's own JSON documents, which also show what a server presented.

use serde_json::Value;

use super::{Constant, Form};

/// The anchors of `content`, one document or several in a row; `None` if it is something else.
pub(crate) fn anchors(content: &[u8]) -> Option<Vec<Constant>> {
    if content.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    let mut documents = serde_json::Deserializer::from_slice(content).into_iter::<Value>();
    let (mut constants, mut line, mut counted) = (Vec::new(), 1, 0);
    while let Some(document) = documents.next() {
        let document = document.ok()?;
        let is_own = ["schema", "target", "status", "presented", "anchor"];
        if !is_own.iter().all(|field| document.get(field).is_some()) {
            return None;
        }
        if let Some(pem) = document["anchor"]["pem"].as_str() {
            constants.push(Constant {
                name: Some("anchor".to_owned()),
                form: Form::Block,
                bytes: pem.as_bytes().to_vec(),
                lines: vec![line; pem.len()],
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

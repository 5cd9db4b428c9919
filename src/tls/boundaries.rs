//! Where TLS records end in the received bytes.

/// Where records end in the received bytes: after a header of type, version and length, and as many
/// bytes as the length says (RFC 8446 section 5.1).
#[derive(Default)]
pub(super) struct Boundaries {
    header: Vec<u8>,
    /// How many bytes of the record are missing.
    left: usize,
}

impl Boundaries {
    /// How many of `bytes`, which is not empty, belong to the current record, at least one.
    pub(super) fn next(&mut self, bytes: &[u8]) -> usize {
        const HEADER_BYTES: usize = 5;
        let mut header = 0;
        if self.left == 0 {
            header = bytes.len().min(HEADER_BYTES - self.header.len());
            self.header.extend_from_slice(&bytes[..header]);
            let [_, _, _, high, low] = *self.header else { return header };
            self.left = usize::from(u16::from_be_bytes([high, low]));
            self.header.clear();
        }
        let body = self.left.min(bytes.len() - header);
        self.left -= body;
        header + body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_end_where_their_headers_say() {
        // Records of 0, 3 and 258 bytes.
        let mut sent = Vec::new();
        for length in [0_u16, 3, 258] {
            sent.extend([0x16, 3, 3]);
            sent.extend(length.to_be_bytes());
            sent.extend(vec![0xff; usize::from(length)]);
        }
        for piece in [1, 2, 4, 5, 6, 7, 100, 1_000] {
            let (mut boundaries, mut passed, mut ends) = (Boundaries::default(), 0, Vec::new());
            for mut bytes in sent.chunks(piece) {
                while !bytes.is_empty() {
                    let count = boundaries.next(bytes);
                    bytes = &bytes[count..];
                    passed += count;
                    if boundaries.left == 0 && boundaries.header.is_empty() {
                        ends.push(passed);
                    }
                }
            }
            assert_eq!(ends, [5, 13, 276], "in pieces of {piece}");
        }
    }
}

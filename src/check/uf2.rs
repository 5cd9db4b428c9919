//! Firmware in UF2, which is split into blocks for mass storage.
//!
//! In: the bytes of a file. Out: the payload of its blocks, and where each of its bytes is in the file.

/// Bytes of a block, and where its payload begins (github.com/microsoft/uf2, "File format").
const BLOCK: usize = 512;
const PAYLOAD_AT: usize = 32;
const MAX_PAYLOAD: usize = 476;
/// How a block begins, and its last four bytes.
pub(super) const BEGINS: [u8; 8] = *b"UF2\n\x57\x51\x5d\x9e";
const ENDS: [u8; 4] = [0x30, 0x6f, 0xb1, 0x0a];
/// Where the size of the payload is.
const SIZE_AT: usize = 16;

/// The payload of the blocks of a file.
pub(super) struct Image {
    pub(super) bytes: Vec<u8>,
    /// Where each payload begins, in the image and in the file.
    starts: Vec<(usize, usize)>,
}

impl Image {
    /// The image in `content`, if that is UF2.
    pub(super) fn of(content: &[u8]) -> Option<Self> {
        if !content.starts_with(&BEGINS) {
            return None;
        }
        let mut image = Self { bytes: Vec::new(), starts: Vec::new() };
        for (number, block) in content.chunks_exact(BLOCK).enumerate() {
            let is_block = block.starts_with(&BEGINS) && block.ends_with(&ENDS);
            let size = block[SIZE_AT..SIZE_AT + 4].try_into().map(u32::from_le_bytes).ok()?;
            let size = usize::try_from(size).ok()?;
            if is_block && size <= MAX_PAYLOAD {
                image.starts.push((image.bytes.len(), number * BLOCK + PAYLOAD_AT));
                image.bytes.extend(&block[PAYLOAD_AT..PAYLOAD_AT + size]);
            }
        }
        Some(image)
    }

    /// Where the byte at `offset` of the image is in the file.
    pub(super) fn in_file(&self, offset: usize) -> usize {
        let next = self.starts.partition_point(|(start, _)| *start <= offset);
        let (start, in_file) = self.starts.get(next.saturating_sub(1)).copied().unwrap_or((0, 0));
        in_file + offset - start
    }
}

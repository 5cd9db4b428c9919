//! One column of a list in CSV (RFC 4180), with commas, semicolons or tabs.
//!
//! In: the lines of the file. Out: the bytes of one cell of each. A cell with a line break inside
//! is not supported: no target has one.

use std::io;

use csv_core::ReaderBuilder;

use crate::cli::args::hosts::Column;
use crate::text::foreign::Foreign;

/// The longest line: 64 KiB, dozens of columns of text.
pub(super) const MAX_LINE_BYTES: u64 = 64 * 1024;

/// What Excel writes before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The column that holds the targets.
pub(super) struct Cells {
    delimiter: u8,
    position: usize,
}

impl Cells {
    /// Reads the first line; also whether it is a header.
    pub(super) fn begin(line: &[u8], column: &Column) -> io::Result<(Self, bool)> {
        let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        let count = |delimiter: &u8| line.iter().filter(|byte| *byte == delimiter).count();
        let delimiter = *b"\t;,".iter().max_by_key(|one| count(one)).unwrap_or(&b',');
        let name = match column {
            Column::Number(number) => {
                return Ok((Self { delimiter, position: number.get() - 1 }, false));
            }
            Column::Name(name) => name,
        };
        let header = cells(line, delimiter);
        let is_named = |cell: &Vec<u8>| cell.trim_ascii().eq_ignore_ascii_case(name.as_bytes());
        match header.iter().position(is_named) {
            Some(position) => Ok((Self { delimiter, position }, true)),
            None => {
                /// How many columns the message names.
                const NAMED: usize = 8;
                let shown = header.iter().take(NAMED).map(|cell| Foreign::bytes(cell).line());
                let shown: Vec<_> = shown.map(|cell| format!("`{cell}`")).collect();
                let name = Foreign::text(name).line();
                let problem = format!("expected a column `{name}`, found {}", shown.join(", "));
                Err(io::Error::new(io::ErrorKind::InvalidData, problem))
            }
        }
    }

    /// The cell of `line`; empty if the line has too few.
    pub(super) fn cell(&self, line: &[u8]) -> Vec<u8> {
        let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        cells(line, self.delimiter).into_iter().nth(self.position).unwrap_or_default()
    }
}

/// The cells of a line, at least one, without their quotation marks (RFC 4180 section 2).
fn cells(line: &[u8], delimiter: u8) -> Vec<Vec<u8>> {
    let line = line.trim_ascii_end();
    let mut reader = ReaderBuilder::new().delimiter(delimiter).build();
    // The cells have no more bytes than the line, and each but the first has a delimiter before it.
    let (mut bytes, mut ends) = (vec![0; line.len()], vec![0; line.len() + 1]);
    let (_, _, written, ended) = reader.read_record(line, &mut bytes, &mut ends);
    // Empty input ends the line for the reader.
    let (_, _, _, last) = reader.read_record(&[], &mut bytes[written..], &mut ends[ended..]);
    let ends = &ends[..(ended + last).max(1)];
    let starts = std::iter::once(&0).chain(ends);
    starts.zip(ends).map(|(start, end)| bytes[*start..*end].to_vec()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_split_at_delimiters_outside_quotation_marks() {
        let split = |line: &str| -> Vec<String> {
            let text = |cell: Vec<u8>| String::from_utf8(cell).expect("UTF-8");
            cells(line.as_bytes(), b',').into_iter().map(text).collect()
        };
        assert_eq!(split("a,b,c\r\n"), ["a", "b", "c"]);
        assert_eq!(split("\"a,b\",\"say \"\"c\"\"\",\n"), ["a,b", "say \"c\"", ""]);
        assert_eq!(split("a\"b,\"open"), ["a\"b", "open"]);
        assert_eq!(split(""), [""]);
    }
}

//! A number with the word for what it counts.

use std::fmt::Display;

/// `1 file`, `2 files`: the plural has an `s` at the end.
pub(crate) fn counted<N: Copy + Display + PartialEq + From<u8>>(count: N, thing: &str) -> String {
    let plural = if count == N::from(1) { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_is_singular() {
        let words = [0_usize, 1, 2].map(|count| counted(count, "file"));
        assert_eq!(words, ["0 files", "1 file", "2 files"]);
    }
}

//! Which files git tracks.
//!
//! In: the path of a file. Out: whether the index of the repository around it names it, so that the next
//! commit contains what is written there, whatever the list of ignored files says.
//!
//! The format is that of gitformat-index(5), versions 2 to 4. What cannot be read names no file.
//!
//! `git ls-files` would say the same, but `git` runs the programs that a repository's configuration names
//! in `core.fsmonitor`: certgrab would run code from whoever made the repository.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::bounded_file;

/// The most bytes of an index: repositories with 500,000 files have some 60 MB.
const MAX_BYTES: usize = 128 * 1024 * 1024;

/// The most bytes of a file `.git`, which names a folder.
const MAX_LINK_BYTES: usize = 4096;

/// Times, device, inode, mode, owner and size.
const STAT_BYTES: usize = 40;

/// The bytes of object names: SHA-1, and SHA-256 in repositories that use it.
const HASHES: [usize; 2] = [20, 32];

/// Whether git tracks the file at `path`, an absolute path without links.
pub(crate) fn tracks(path: &Path) -> bool {
    let around = path.ancestors().skip(1);
    let found = around.filter_map(|folder| Some((folder, repository(folder)?))).next();
    let Some((folder, repository)) = found else { return false };
    let Ok(name) = path.strip_prefix(folder) else { return false };
    let Some(name) = name.to_str().map(|name| name.replace('\\', "/")) else { return false };
    let Ok(index) = bounded_file::read(&repository.join("index"), MAX_BYTES) else { return false };
    names(&index, name.as_bytes())
}

/// The folder with the index of the repository whose files are in `folder`.
fn repository(folder: &Path) -> Option<PathBuf> {
    let git = folder.join(".git");
    if fs::metadata(&git).ok()?.is_dir() {
        return Some(git);
    }
    // In a work tree or a submodule it is a file (gitrepository-layout(5)).
    let text = bounded_file::read_text(&git, MAX_LINK_BYTES).ok()?;
    Some(folder.join(text.strip_prefix("gitdir: ")?.trim_end()))
}

/// Whether `index` has an entry for `name`.
fn names(index: &[u8], name: &[u8]) -> bool {
    HASHES.into_iter().find_map(|hash| has(index, name, hash)).unwrap_or(false)
}

/// The same, if object names have this many bytes; `None` if they have a different number.
fn has(index: &[u8], wanted: &[u8], hash: usize) -> Option<bool> {
    let number = |at: usize| Some(u32::from_be_bytes(index.get(at..at + 4)?.try_into().ok()?));
    if index.get(..4)? != b"DIRC" {
        return None;
    }
    let version = number(4)?;
    let mut at = 12;
    let mut name = Vec::new();
    for _ in 0..number(8)? {
        let begin = at;
        at += STAT_BYTES + hash;
        let flags = u16::from_be_bytes(index.get(at..at + 2)?.try_into().ok()?);
        at += if version >= 3 && flags & 0x4000 != 0 { 4 } else { 2 };
        if version >= 4 {
            let (dropped, rest) = number_of_varying_length(index.get(at..)?)?;
            at = index.len() - rest.len();
            name.truncate(name.len().checked_sub(dropped)?);
        } else {
            name.clear();
        }
        let length = index.get(at..)?.iter().position(|byte| *byte == 0)?;
        name.extend_from_slice(&index[at..at + length]);
        // The last 12 bits are the length, or all ones for a longer name.
        if usize::from(flags & 0xfff) != name.len().min(0xfff) {
            return None;
        }
        if name == wanted {
            return Some(true);
        }
        at += match version {
            4.. => length + 1,
            // One to eight NULs, to pad the entry to a multiple of eight bytes.
            _ => length + 8 - (at + length - begin) % 8,
        };
    }
    Some(false)
}

/// A number as in the offsets of pack files (gitformat-pack(5)), and what follows it.
fn number_of_varying_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (first, mut rest) = bytes.split_first()?;
    let (mut byte, mut value) = (*first, usize::from(*first & 0x7f));
    while byte & 0x80 != 0 {
        (byte, rest) = rest.split_first().map(|(byte, rest)| (*byte, rest))?;
        value = value.checked_add(1)?.checked_mul(128)? | usize::from(byte & 0x7f);
    }
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_has_at_most_128_mib() {
        let folder = tempfile::TempDir::new().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let key = folder.join("key.h");
        fs::create_dir(folder.join(".git")).unwrap();
        let place = folder.join(".git").join("index");
        let mut index = b"DIRC\0\0\0\x02\0\0\0\x01".to_vec();
        index.extend([0; STAT_BYTES + 20]);
        index.extend(b"\0\x05key.h\0");
        fs::write(&place, index).unwrap();
        let file = fs::File::options().write(true).open(&place).unwrap();
        file.set_len(MAX_BYTES as u64).unwrap();
        assert!(tracks(&key));
        file.set_len(MAX_BYTES as u64 + 1).unwrap();
        assert!(!tracks(&key));
    }
}

//! Files that users other than their owner may read.

use std::path::Path;

/// Whether users other than its owner may read the file at `place`.
pub(crate) fn is_open(place: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::metadata(place).is_ok_and(|facts| facts.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = place;
        false
    }
}

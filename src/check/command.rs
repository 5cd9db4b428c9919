//! The commands in the actions of findings, so that the user can paste them.
//!
//! In: an action with the placeholders `HOST:PORT` and `FORMAT`, and what is known of the server and the
//! file. Out: the action with these filled in.

/// What is known of a command.
#[derive(Debug, Clone, Default)]
pub struct Command {
    /// The server of the files.
    pub target: Option<String>,
    /// The options with which the user reaches it, such as `--connect 10.0.0.1:8883`.
    pub reaching: Vec<String>,
    /// The options that name the roots that the user trusts.
    pub roots: Vec<String>,
    /// Who writes the file.
    pub writer: Writer,
    /// The format of the file.
    pub format: Option<&'static str>,
}

/// Who writes a file, and therefore how it is changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Writer {
    /// The user, or a command that the user runs.
    #[default]
    User,
    /// `certgrab sync`, of what a server presents.
    Sync,
    /// `certgrab sync`, of the files that the manifest names as `from`.
    SyncOfFiles,
}

/// The placeholder for the server in actions.
const SERVER: &str = "HOST:PORT";
/// How the command that makes a constant begins; its options follow.
const BEGIN: &str = "`certgrab HOST:PORT";
/// How the command that makes a constant ends.
const END: &str = " --emit FORMAT`";
/// How an action names the root of the user's own CA.
const OWN_ROOT: &str = "--roots FILE";

impl Writer {
    /// How to change the file, if `options` would be enough for a file that the user writes.
    fn instead(self, options: &str) -> Option<String> {
        const THEN: &str = "in the manifest, then run `certgrab sync`";
        let options: Vec<_> = options.split_whitespace().collect();
        match (self, options.as_slice()) {
            (Self::User, _) => None,
            (Self::SyncOfFiles, _) => Some(format!("name its file in `from` {THEN}")),
            (Self::Sync, []) => Some("`certgrab sync`".to_owned()),
            (Self::Sync, ["--trust-sha256", hash]) => {
                Some(format!("set `trust-sha256 = \"{hash}\"` {THEN}"))
            }
            (Self::Sync, _) => Some(format!("name its file in `roots` {THEN}")),
        }
    }

    /// `action` with what changes the file in place of the command that makes a constant.
    fn fill(self, action: &str) -> String {
        let split = || {
            let (before, rest) = action.split_once(BEGIN)?;
            let (options, after) = rest.split_once(END)?;
            // What follows names an option of the command, for which the manifest has a key.
            let (options, after) = match after.contains(OWN_ROOT) {
                true => (OWN_ROOT, ""),
                false => (options, after),
            };
            Some(format!("{before}{}{after}", self.instead(options)?))
        };
        split().unwrap_or_else(|| action.to_owned())
    }
}

impl Command {
    /// `action` with the known values instead of the placeholders.
    #[must_use]
    pub fn fill(&self, action: &str) -> String {
        let synced = self.writer.fill(action);
        let mut server = self.target.clone().unwrap_or_else(|| SERVER.to_owned());
        // An action that names other roots is about a CA that is not in the user's roots.
        let names_roots = action.contains("--roots") || action.contains("--trust-sha256");
        let roots = self.roots.iter().filter(|_| !names_roots);
        for option in self.reaching.iter().chain(roots) {
            server = format!("{server} {option}");
        }
        let filled = synced.replace(SERVER, &server);
        match self.format {
            Some(format) => filled.replace("--emit FORMAT", &format!("--emit {format}")),
            None => filled,
        }
    }
}

/// File extensions with the format that is written into such files.
const FORMATS: [(&str, &str); 12] = [
    ("pem", "pem"),
    ("crt", "pem"),
    ("cer", "pem"),
    ("der", "der"),
    ("p7b", "p7b"),
    ("ino", "arduino"),
    ("c", "c"),
    ("h", "c"),
    ("cpp", "c"),
    ("hpp", "c"),
    ("rs", "rust"),
    ("go", "go"),
];

/// The format for a file with this `extension`, if its TLS stack is not known.
pub(super) fn format_of_extension(extension: &str) -> Option<&'static str> {
    let extension = extension.to_ascii_lowercase();
    FORMATS.iter().find(|(known, _)| *known == extension).map(|(_, format)| *format)
}

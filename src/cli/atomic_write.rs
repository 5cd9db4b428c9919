//! A file that becomes visible only once it is complete.
//!
//! Where the system can, the file has no name until then, so that not even a process that is
//! killed leaves it behind. Elsewhere it is a temporary file beside the one it is for. A signal
//! that asks the process to end waits until the file is in its place, or gone.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use tempfile::NamedTempFile;

/// How the name of a temporary file begins.
const PREFIX: &str = ".certgrab-";

/// New content, not in its place yet.
pub(crate) enum Unfinished {
    /// Without a name.
    #[cfg(target_os = "linux")]
    Unnamed(File),
    /// Beside the file that it is for; removed unless it is put into its place.
    Named(NamedTempFile),
}

impl Unfinished {
    /// Begins a file in `folder`.
    pub(crate) fn new(folder: &Path) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        if let Some(file) = linux::unnamed(folder) {
            return Ok(Self::Unnamed(file));
        }
        builder().tempfile_in(folder).map(Self::Named)
    }

    /// The file, to be written.
    pub(crate) fn file(&mut self) -> &mut File {
        match self {
            #[cfg(target_os = "linux")]
            Self::Unnamed(file) => file,
            Self::Named(file) => file.as_file_mut(),
        }
    }

    /// Makes it the file at `place` in `folder`, whatever is there.
    pub(crate) fn put(self, folder: &Path, place: &Path) -> io::Result<()> {
        match self {
            Self::Named(file) => file.persist(place).map(drop).map_err(|error| error.error),
            #[cfg(target_os = "linux")]
            Self::Unnamed(file) => match linux::name(&file, place) {
                // A name that is taken can only be taken over by a file that has one.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let named = builder().make_in(folder, |path| linux::name(&file, path))?;
                    named.persist(place).map(drop).map_err(|error| error.error)
                }
                outcome => outcome,
            },
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        fs::File,
        io,
        os::fd::{AsFd as _, AsRawFd as _},
        path::{Path, PathBuf},
    };

    use rustix::fs::{AtFlags, CWD, Mode, OFlags};

    /// A file without a name in `folder`, if its file system has such files and they can be given
    /// a name later (open(2), `O_TMPFILE`).
    pub(crate) fn unnamed(folder: &Path) -> Option<File> {
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(folder, flags, Mode::from(super::MODE)).ok()?);
        way_to(&file).exists().then_some(file)
    }

    /// Gives `file` a name that nothing has.
    pub(crate) fn name(file: &File, path: &Path) -> io::Result<()> {
        rustix::fs::linkat(CWD, way_to(file), CWD, path, AtFlags::SYMLINK_FOLLOW)?;
        Ok(())
    }

    fn way_to(file: &File) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", file.as_fd().as_raw_fd()))
    }
}

/// A new file has the mode that any other would have: the system takes the umask off this.
#[cfg(unix)]
const MODE: u32 = 0o666;

fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(MODE));
    }
    builder
}

/// Defers signals that end the process while it is alive; does nothing on systems without them.
pub(crate) struct DeferredSignals(());

/// While it is alive, the first signal that ends the process asks a run for its end instead; nothing is
/// written meanwhile.
pub(crate) struct Interruptible(());

#[cfg(unix)]
mod signals {
    use std::sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    };

    use signal_hook::{consts, flag, low_level::emulate_default_handler};

    use std::time::Duration;

    use crate::cli::atomic_write::{DeferredSignals, Interruptible};

    /// From one look at whether a signal came to the next: too short to be noticed.
    const LOOK: Duration = Duration::from_millis(50);

    /// What a terminal or a supervisor ends a process with.
    const ENDING: [i32; 3] = [consts::SIGINT, consts::SIGTERM, consts::SIGHUP];

    struct Signals {
        /// Whether a signal does at once what it does by default.
        at_once: Arc<AtomicBool>,
        /// The last that came while it did not, or 0.
        pending: Arc<AtomicUsize>,
    }

    /// `None` if the system does not let them be handled.
    static SIGNALS: LazyLock<Option<Signals>> = LazyLock::new(|| {
        let signals = Signals { at_once: Arc::default(), pending: Arc::default() };
        let ignored = ignored();
        if ignored >> (consts::SIGINT - 1) & 1 == 0 {
            heed_second_interrupt();
        }
        for signal in ENDING.into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0) {
            let number = usize::try_from(signal).ok()?;
            flag::register_usize(signal, Arc::clone(&signals.pending), number).ok()?;
            flag::register_conditional_default(signal, Arc::clone(&signals.at_once)).ok()?;
        }
        Some(signals)
    });

    /// Whether a Ctrl-C ends the run at once, however busy it is: the second one does. `None` if
    /// the system does not let it be handled.
    static AT_ONCE: LazyLock<Option<Arc<AtomicBool>>> = LazyLock::new(|| {
        let at_once = Arc::new(AtomicBool::new(false));
        // In this order, so that the first one only counts.
        flag::register_conditional_default(consts::SIGINT, Arc::clone(&at_once)).ok()?;
        flag::register(consts::SIGINT, Arc::clone(&at_once)).ok()?;
        Some(at_once)
    });

    /// From here on a second Ctrl-C ends the process at once.
    pub(crate) fn heed_second_interrupt() {
        LazyLock::force(&AT_ONCE);
    }

    /// From here on a Ctrl-C ends the process at once, but for files that are being written:
    /// nothing waits for the first any more.
    pub(crate) fn heed_next_interrupt() {
        if let Some(signals) = &*SIGNALS {
            signals.at_once.store(true, Ordering::SeqCst);
        }
    }

    /// The signals that whoever started the process has it ignore, as `nohup` does with SIGHUP: a
    /// bit for each from 1. A handler would undo that. Known on Linux alone (proc(5), `SigIgn`).
    fn ignored() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
    }

    impl DeferredSignals {
        pub(crate) fn begin() -> Self {
            if let Some(signals) = &*SIGNALS {
                signals.at_once.store(false, Ordering::SeqCst);
            }
            Self(())
        }
    }

    impl Interruptible {
        pub(crate) fn begin() -> Self {
            if let Some(signals) = &*SIGNALS {
                signals.at_once.store(false, Ordering::SeqCst);
            }
            Self(())
        }

        /// Waits for the signal.
        pub(crate) async fn interrupted(&self) {
            while SIGNALS.as_ref().is_none_or(|one| one.pending.load(Ordering::SeqCst) == 0) {
                tokio::time::sleep(LOOK).await;
            }
        }
    }

    impl Drop for Interruptible {
        fn drop(&mut self) {
            if let Some(signals) = &*SIGNALS {
                signals.pending.store(0, Ordering::SeqCst);
                signals.at_once.store(true, Ordering::SeqCst);
            }
        }
    }

    impl Drop for DeferredSignals {
        fn drop(&mut self) {
            let Some(signals) = &*SIGNALS else { return };
            signals.at_once.store(true, Ordering::SeqCst);
            let pending = signals.pending.swap(0, Ordering::SeqCst);
            if let Some(signal) = i32::try_from(pending).ok().filter(|signal| *signal != 0) {
                let _ = emulate_default_handler(signal);
            }
        }
    }
}

#[cfg(unix)]
pub(crate) use signals::{heed_next_interrupt, heed_second_interrupt};

/// Where there are no such signals, the runtime's handler is all there is.
#[cfg(not(unix))]
pub(crate) fn heed_second_interrupt() {}

#[cfg(not(unix))]
pub(crate) fn heed_next_interrupt() {}

#[cfg(not(unix))]
impl DeferredSignals {
    pub(crate) fn begin() -> Self {
        Self(())
    }
}

#[cfg(not(unix))]
impl Interruptible {
    pub(crate) fn begin() -> Self {
        Self(())
    }

    /// Waits for Ctrl-C.
    pub(crate) async fn interrupted(&self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

//! A file that becomes visible only once it is complete.
//!
//! If the system supports it, the file has no name until then, so even a killed process does not leave
//! it behind. Otherwise it is a temporary file next to its destination. A signal to terminate is
//! deferred until the file is in place, or removed.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use tempfile::NamedTempFile;

/// How the name of a temporary file begins.
const PREFIX: &str = ".certgrab-";

/// New content that is not in place yet.
pub(crate) enum Unfinished {
    /// Without a name.
    #[cfg(target_os = "linux")]
    Unnamed(File),
    /// Next to the destination; removed unless it is renamed.
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

    /// Makes it the file at `place` in `folder`, replacing what is there.
    pub(crate) fn put(self, folder: &Path, place: &Path) -> io::Result<()> {
        match self {
            Self::Named(file) => file.persist(place).map(drop).map_err(|error| error.error),
            #[cfg(target_os = "linux")]
            Self::Unnamed(file) => match linux::name(&file, place) {
                // Only a file with a name can replace an existing name.
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

    /// A file without a name in `folder`, if its file system supports such files and naming them later
    /// (open(2), `O_TMPFILE`).
    pub(crate) fn unnamed(folder: &Path) -> Option<File> {
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(folder, flags, Mode::from(super::MODE)).ok()?);
        way_to(&file).exists().then_some(file)
    }

    /// Gives `file` a name that is not in use.
    pub(crate) fn name(file: &File, path: &Path) -> io::Result<()> {
        rustix::fs::linkat(CWD, way_to(file), CWD, path, AtFlags::SYMLINK_FOLLOW)?;
        Ok(())
    }

    fn way_to(file: &File) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", file.as_fd().as_raw_fd()))
    }
}

/// A new file has the usual mode: the system removes the umask from this.
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

/// While it is alive, defers signals that end the process; does nothing on systems without them.
pub(crate) struct DeferredSignals(());

/// While it is alive, the first signal that ends the process asks the run to stop instead; no file is
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

    /// How often a signal is polled for: too short to be noticed.
    const LOOK: Duration = Duration::from_millis(50);

    /// The signals that a terminal or a supervisor ends a process with.
    const ENDING: [i32; 3] = [consts::SIGINT, consts::SIGTERM, consts::SIGHUP];

    struct Signals {
        /// Whether signals have their default effect immediately.
        at_once: Arc<AtomicBool>,
        /// The last signal that came while they were deferred, or 0.
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

    /// Whether a Ctrl-C ends the run immediately, however busy it is: the second one does. `None` if the
    /// system does not let it be handled.
    static AT_ONCE: LazyLock<Option<Arc<AtomicBool>>> = LazyLock::new(|| {
        let at_once = Arc::new(AtomicBool::new(false));
        // In this order, so that only the first one counts.
        flag::register_conditional_default(consts::SIGINT, Arc::clone(&at_once)).ok()?;
        flag::register(consts::SIGINT, Arc::clone(&at_once)).ok()?;
        Some(at_once)
    });

    /// From here on a second Ctrl-C ends the process immediately.
    pub(crate) fn heed_second_interrupt() {
        LazyLock::force(&AT_ONCE);
    }

    /// From here on a Ctrl-C ends the process immediately, unless files are being written: nothing waits
    /// for the first one any more.
    pub(crate) fn heed_next_interrupt() {
        if let Some(signals) = &*SIGNALS {
            signals.at_once.store(true, Ordering::SeqCst);
        }
    }

    /// The signals that the process inherited as ignored, as `nohup` does with SIGHUP: one bit for each,
    /// from 1. A handler would undo that. Only known on Linux (proc(5), `SigIgn`).
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

/// Without such signals there is only the runtime's handler.
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

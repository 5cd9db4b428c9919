//! ClientHellos of libraries with default settings, recorded by `certgrab lab --save-hello`.

/// A ClientHello of a library with default settings.
pub(super) struct Recorded {
    pub(super) title: &'static str,
    pub(super) stacks: &'static [&'static str],
    pub(super) suites: &'static [u16],
    pub(super) groups: &'static [u16],
    pub(super) schemes: &'static [u16],
}

/// All of them.
pub(super) const RECORDED: &[Recorded] = &[];

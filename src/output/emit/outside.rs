//! A value from outside as templates see it: without a form until a filter gives it one.

use std::{fmt, fmt::Write as _, sync::Arc};

use minijinja::value::{Object, ObjectRepr};

use crate::text::foreign::Foreign;

/// What a value from outside turns into where it is joined with other text. It is a
/// noncharacter (Unicode section 23.7): no text that is shown holds it.
pub(super) const MARK: char = '\u{fdd0}';

/// A value from outside, as templates see it.
#[derive(Debug)]
pub(super) enum Outside {
    /// Text that a certificate, a file or a server chose.
    Text(Foreign),
    /// A part of a certificate.
    Bytes(Vec<u8>),
}

impl Object for Outside {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char(MARK)
    }
}

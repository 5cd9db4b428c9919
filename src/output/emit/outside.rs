//! A value from outside in a template: it cannot be printed until a filter escapes it.

use std::{fmt, fmt::Write as _, sync::Arc};

use minijinja::value::{Object, ObjectRepr};

use crate::text::foreign::Foreign;

/// The text of a value from outside that was joined with other text. It is a noncharacter (Unicode
/// section 23.7), so it does not occur in displayed text.
pub(super) const MARK: char = '\u{fdd0}';

/// A value from outside in a template.
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

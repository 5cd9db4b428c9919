//! The lock of a target whose certificates come from files.
//!
//! In: the files. Out: their certificates, without a proof: no server was contacted.

use crate::run::grab::Options;

use super::Fresh;
use crate::cli::{
    convert, export, failure::Failure, manifest, output, regenerate, style::Display, warn::Named,
};

/// The content of the lock of `entry`.
pub(super) fn fresh(
    entry: &manifest::Entry,
    options: &Options,
    display: &Display,
) -> Result<Fresh, Failure> {
    let target = &entry.job.targets[0];
    let mut known = options.store.clone();
    known.add_mozilla();
    let terms = convert::Terms {
        store: &known,
        at: options.at,
        passwords: convert::usual_passwords(),
        host: Some(target),
        named: Named::InTheManifest,
    };
    let convert::Converted { mut bundle, warnings } =
        convert::read(&entry.job.trust.converted, &terms)?;
    for warning in warnings {
        output::warn(format_args!("{target}: {warning}"), display);
    }
    bundle.options = regenerate::words(&entry.job, Some(target));
    bundle.path = None;
    let name = export::name(&entry.job, &bundle)?;
    Ok(Fresh { bundle, name, outlook: Vec::new() })
}

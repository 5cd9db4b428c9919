use crate::{Bench, Fault, report::Report};
pub(crate) fn cases(_: &Bench, _: &mut Report) -> Result<(), Fault> {
    Ok(())
}

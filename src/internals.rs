//! The modules of this crate for its own command, page, tests, benches and fuzz targets. They change
//! without notice: the public API is what `lib.rs` lists.

macro_rules! open {
    ($($module:ident),*) => {
        $(
            pub mod $module {
                pub use crate::$module::*;
            }
        )*
    };
}

pub use crate::*;

open!(text, x509, output, trust, endpoint, chain, stack, judge, run, check);

#[cfg(feature = "fetch")]
open!(net, tls);

#[cfg(feature = "cli")]
open!(lab, cli);

//! Finds the certificate a device must hold to trust a TLS server, in the exact form its code
//! reads.
//!
//! # Example
//!
//! From a server to Rust constants. [`grab`] needs a tokio runtime; [`grab_blocking`] brings its own.
//!
//! ```no_run
//! use certgrab::{Options, Store, Target, Time};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let target: Target = "m1.tuyacn.com:8883".parse()?;
//! let options = Options::new(Store::mozilla(), Time::now());
//! let grab = certgrab::grab_blocking(&target, &options)?;
//! let judgement = grab.verdict.as_ref().map_err(|refusal| refusal.to_string())?;
//! let bundle = judgement.bundle(&target, &grab.presented, &options);
//! let format = certgrab::format("rust").ok_or("no such format")?;
//! let proven = grab.prove(&bundle, format, &target, &options).map_err(|refusal| refusal.to_string())?;
//! let source = proven.render(&certgrab::default_name(&bundle))?;
//! print!("{}", String::from_utf8(source)?);
//! # Ok(())
//! # }
//! ```
//!
//! Every error is a [`Diagnostic`]: it has the stage that failed, a stable name, and a hint.
//!
//! # Stages
//!
//! ```text
//!  "m1.tuyacn.com:8883"                                                     root_ca.h, .rs, ...
//!   │                                                                                     ▲
//!   target ─▶ connect ─▶ handshake ─▶ issuers ─▶ path ─▶ anchor ─▶ verify ─▶ bundle ─▶ emit
//!   Target    Stream     Presented    Presented  Vec<Path>         Verified  Bundle    bytes
//!                                     + issuers            ▲ Store ▲ time
//!   └ pure ┘  └────────── sockets ────────────┘  └─────────────── pure ─────────────────────┘
//! ```
//!
//! Other commands:
//!
//! ```text
//!  certgrab.toml ─▶ grab each ─▶ lock ─▶ emit                                           sync
//!                                lock ─▶ emit                         sync --locked, build.rs
//!  list ─▶ grab many at once ─▶ results ─▶ the fewest anchors ─▶ emit                --hosts
//!  source files ─▶ readers ─▶ anchors ┐
//!  server ─▶ grab ─▶ presented chain  ┴▶ judge ─▶ findings ─▶ report                   check
//!  case ─▶ chain ─▶ server ◀─ device ─▶ conduct ─▶ verdict ─▶ diagnosis ─▶ report          lab
//! ```
//!
//! Data flows from left to right: a stage is a function from the type of the previous stage to its
//! own, and never calls an earlier one. `grab` lists them in order.
//!
//! Features: without any, certgrab turns a lock into constants, offline and with few crates, for
//! `build.rs`; `judge` adds the pure half, from a presented chain to the proof, and compiles for
//! WebAssembly; `fetch` adds the stages with sockets; `cli`, the default, the command.
//!
//! The public API is what this page lists.

// Items that only the stages with sockets, the command, the page or the tests use are unused in builds
// without them.
#![cfg_attr(not(all(feature = "internals", feature = "fetch")), allow(dead_code))]
#![cfg_attr(not(feature = "internals"), allow(unreachable_pub, unused_imports))]

/// The modules of this crate for its own command, page, tests, benches and fuzz targets. They change
/// without notice.
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod internals {
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
}

mod text;

mod x509;

mod output;

#[cfg(feature = "judge")]
mod trust;

#[cfg(feature = "judge")]
mod scheme;

#[cfg(feature = "judge")]
mod endpoint;

#[cfg(feature = "judge")]
mod chain;

#[cfg(feature = "judge")]
mod stack;

#[cfg(feature = "judge")]
mod judge;

#[cfg(feature = "fetch")]
mod net;

#[cfg(feature = "fetch")]
mod tls;

#[cfg(feature = "judge")]
mod run;

#[cfg(feature = "judge")]
pub mod check;

#[cfg(feature = "cli")]
mod lab;

#[cfg(feature = "cli")]
mod cli;

#[doc(inline)]
pub use output::{
    build::{Build, Error as BuildError},
    bundle::{Bundle, Entry, Role},
    emit::{Error as RenderError, FORMATS, Format, Identifier, default_name, format},
};
#[doc(inline)]
pub use text::{diagnostic::Diagnostic, time::Time};
#[doc(inline)]
pub use x509::certificate::{Certificate, Malformed as CertificateError, Sha256};

#[cfg(feature = "judge")]
#[doc(inline)]
pub use chain::{LeafError, Presented};
#[cfg(feature = "judge")]
#[doc(inline)]
pub use endpoint::{Error as TargetError, Target};
#[cfg(feature = "judge")]
#[doc(inline)]
pub use judge::{
    every_stack::{NotAsked, OfStack},
    path::Refusal,
    prove::Verified,
    proven::Proven,
};
#[cfg(feature = "judge")]
#[doc(inline)]
pub use trust::store::{Error as StoreError, Store};

#[cfg(feature = "fetch")]
#[doc(inline)]
pub use run::grab::{Error, Grab, Judgement, Options, Sni, grab, grab_blocking};

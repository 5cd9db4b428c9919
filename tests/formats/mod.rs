//! Every format, read by its reader.

mod bench;
mod bundles;
mod c;
mod devices;
mod golden;
mod hostile;
mod inert;
mod markup;
mod names;
mod niches;
mod proofs;
mod rust;
mod scripts;
mod several;
mod sizes;
mod templates;

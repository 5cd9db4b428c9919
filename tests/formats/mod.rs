//! Every form, read by its own reader.

mod bench;
mod bundles;
mod c;
mod devices;
mod golden;
mod hostile;
mod inert;
mod names;
mod rust;
mod scripts;
mod several;
mod sizes;
mod templates;

//! Servers and their PKIs as they are found in the field, sound and faulty, for trials.

pub mod pki;

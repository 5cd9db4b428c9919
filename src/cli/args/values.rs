//! The words of options whose values are enums of the library.

use clap::{ValueEnum, builder::PossibleValue};

use crate::{endpoint::StartTls, output::emit::Style, run::pack::What, tls::probe::Way};

macro_rules! words {
    ($type:ty { $($variant:ident = $word:literal),* $(,)? }) => {
        impl ValueEnum for $type {
            fn value_variants<'a>() -> &'a [Self] {
                &[$(Self::$variant),*]
            }

            fn to_possible_value(&self) -> Option<PossibleValue> {
                let words = [$((Self::$variant, $word)),*];
                words.into_iter().find(|(one, _)| one == self).map(|(_, word)| word.into())
            }
        }
    };
}

words!(What { Anchor = "anchor", Chain = "chain", Leaf = "leaf", Intermediates = "intermediates" });
words!(Way { Auto = "auto", Full = "full", Cleartext = "cleartext" });
words!(Style { Upper = "upper", Lower = "lower", Camel = "camel" });
words!(StartTls {
    Smtp = "smtp",
    Imap = "imap",
    Pop3 = "pop3",
    Ftp = "ftp",
    Ldap = "ldap",
    Postgres = "postgres",
    Mysql = "mysql",
    Xmpp = "xmpp",
});

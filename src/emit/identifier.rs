//! Names of constants: valid in C, C++ and Rust, whatever the host is called.

use std::fmt;

/// The longest identifier: C99 section 5.2.4.1 lets a compiler look at 63 characters only.
const MAX_LENGTH: usize = 63;

/// Characters that certgrab adds to a name, as in `NAME_NOT_AFTER`.
const LONGEST_SUFFIX: usize = "_NOT_BEFORE".len();

/// The name of a constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier(String);

/// Text that no constant can be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnIdentifier;

impl Identifier {
    /// Takes a name that the user chose: letters, digits and underscores, a letter first.
    ///
    /// # Errors
    ///
    /// It has another form, ends in an underscore or doubles one (reserved in C++), or is longer
    /// than C compilers look at.
    pub fn new(name: &str) -> Result<Self, NotAnIdentifier> {
        let starts = name.starts_with(|first: char| first.is_ascii_alphabetic());
        let holds = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let reserved = name.contains("__") || name.ends_with('_') || is_keyword(name);
        let fits = name.len() <= MAX_LENGTH - LONGEST_SUFFIX;
        let valid = starts && holds && !reserved && fits;
        if valid { Ok(Self(name.to_owned())) } else { Err(NotAnIdentifier) }
    }

    /// The default: the host in capitals, then `what`: `M1_TUYACN_COM_ROOT_CA`.
    #[must_use]
    pub fn for_host(host: &str, what: &str) -> Self {
        let mut name = String::new();
        for character in host.chars() {
            if character.is_ascii_alphanumeric() {
                name.push(character.to_ascii_uppercase());
            } else if !name.is_empty() && !name.ends_with('_') {
                name.push('_');
            }
        }
        if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
            name.insert_str(0, "HOST_");
        }
        name.truncate(MAX_LENGTH - LONGEST_SUFFIX - 1 - what.len());
        Self(format!("{}_{what}", name.trim_end_matches('_')))
    }

    /// The name as it stands in a source.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Words of C, C++ and Rust that have the form of a name with a letter first. Capitals are none.
fn is_keyword(name: &str) -> bool {
    const KEYWORDS: &str = "abstract alignas alignof and and_eq as asm async auto await become \
        bitand bitor bool box break case catch char char16_t char32_t char8_t class co_await \
        co_return co_yield compl concept const const_cast consteval constexpr constinit continue \
        crate decltype default delete do double dyn dynamic_cast else enum explicit export extern \
        false final float fn for friend gen goto if impl import in inline int let long loop macro \
        main match mod module move mut mutable namespace new noexcept not not_eq nullptr operator \
        or or_eq override priv private protected pub public ref register reinterpret_cast \
        requires restrict return self Self short signed sizeof static static_assert static_cast \
        struct super switch template this thread_local throw trait true try type typedef typeid \
        typename typeof union unsafe unsigned unsized use using virtual void volatile wchar_t \
        where while xor xor_eq yield";
    KEYWORDS.split_ascii_whitespace().any(|keyword| keyword == name)
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for NotAnIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "wanted a name valid in C, C++ and Rust: letters, digits and single underscores, a \
             letter first, no keyword, at most {} characters",
            MAX_LENGTH - LONGEST_SUFFIX
        )
    }
}

impl std::error::Error for NotAnIdentifier {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_host_gives_a_valid_name() {
        let name = |host: &str| Identifier::for_host(host, "ROOT_CA").to_string();
        assert_eq!(name("m1.tuyacn.com"), "M1_TUYACN_COM_ROOT_CA");
        assert_eq!(name("192.0.2.1"), "HOST_192_0_2_1_ROOT_CA");
        assert_eq!(name("::1"), "HOST_1_ROOT_CA");
        assert_eq!(name("a-b--c.test"), "A_B_C_TEST_ROOT_CA");
        assert_eq!(name("xn--bcher-kva.example"), "XN_BCHER_KVA_EXAMPLE_ROOT_CA");
        assert_eq!(name("_mqtt._tcp"), "MQTT_TCP_ROOT_CA");
        let long = name(&"a".repeat(200));
        assert!(Identifier::new(&long).is_ok(), "{long}");
    }

    #[test]
    fn what_a_compiler_reserves_is_refused() {
        for wrong in ["", "1a", "_a", "a__b", "a_", "a-b", "é", "static", "fn", "Self", "a b"] {
            assert_eq!(Identifier::new(wrong), Err(NotAnIdentifier), "{wrong}");
        }
        assert!(Identifier::new("tuya_root_ca").is_ok());
        assert!(Identifier::new(&"a".repeat(52)).is_ok());
        assert!(Identifier::new(&"a".repeat(53)).is_err());
    }
}

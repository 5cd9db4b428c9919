//! Names of constants: valid in C, C++, Rust, Python and Go for any host name.

use std::fmt;

use crate::text::{diagnostic::Diagnostic, foreign::Foreign};

/// The longest identifier: C99 section 5.2.4.1 lets a compiler distinguish only 63 characters.
const MAX_LENGTH: usize = 63;

/// The most characters that certgrab adds to a name, as in `NAME_NOT_BEFORE`.
const LONGEST_SUFFIX: usize = "_NOT_BEFORE".len();

/// The longest name, without its suffixes.
const MAX_NAME: usize = MAX_LENGTH - LONGEST_SUFFIX;

/// The name of a constant, and the style for the names of its facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier {
    name: String,
    style: Style,
}

/// How the words of a name are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Style {
    /// `TUYA_ROOT_CA`
    Upper,
    /// `tuya_root_ca`
    Lower,
    /// `tuyaRootCa`
    Camel,
}

/// Text that is not a valid name for a constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnIdentifier;

impl Identifier {
    /// Checks a name that the user chose: letters, digits and underscores, starting with a letter.
    ///
    /// The names of facts follow its style: `tuya_root_ca` has `tuya_root_ca_host`.
    ///
    /// # Errors
    ///
    /// It has another form, ends in an underscore or doubles one (reserved in C++), is a keyword or
    /// a macro, or is longer than C compilers read.
    pub fn new(name: &str) -> Result<Self, NotAnIdentifier> {
        let starts = name.starts_with(|first: char| first.is_ascii_alphabetic());
        let holds = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let reserved = name.contains("__") || name.ends_with('_') || is_taken(name);
        if !starts || !holds || reserved || name.len() > MAX_NAME {
            return Err(NotAnIdentifier);
        }
        let has_upper = name.contains(|letter: char| letter.is_ascii_uppercase());
        let has_lower = name.contains(|letter: char| letter.is_ascii_lowercase());
        let style = match (has_upper, has_lower) {
            (true, true) if !name.contains('_') => Style::Camel,
            (false, true) => Style::Lower,
            _ => Style::Upper,
        };
        Ok(Self { name: name.to_owned(), style })
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
        name.truncate(MAX_NAME - 1 - what.len());
        let name = format!("{}_{what}", name.trim_end_matches('_'));
        Self { name, style: Style::Upper }
    }

    /// `what` alone, for certificates without a server: `ROOT_CA`.
    pub(super) fn without_host(what: &str) -> Self {
        Self { name: what.to_owned(), style: Style::Upper }
    }

    /// The organisation in capitals, then `what`: `DIGICERT_INC_ROOT_CA`.
    ///
    /// Letters that are not allowed in identifiers of every language are left out. `None` if none is
    /// left.
    #[must_use]
    pub fn for_organisation(organisation: &Foreign, what: &str) -> Option<Self> {
        let line = organisation.line();
        let has_letter = line.contains(|letter: char| letter.is_ascii_alphabetic());
        has_letter.then(|| Self::for_host(&line, what))
    }

    /// The same words in another style.
    ///
    /// # Errors
    ///
    /// In that style it is a keyword.
    pub fn in_style(&self, style: Style) -> Result<Self, NotAnIdentifier> {
        let words = match self.style {
            Style::Upper | Style::Lower => self.name.split('_').map(str::to_owned).collect(),
            Style::Camel => camel_case_words(&self.name),
        };
        let name = match style {
            Style::Upper => words.join("_").to_ascii_uppercase(),
            Style::Lower => words.join("_").to_ascii_lowercase(),
            Style::Camel => {
                let mut words = words.iter();
                let first = words.next().map(|word| word.to_ascii_lowercase());
                first.into_iter().chain(words.map(|word| capitalised(word))).collect()
            }
        };
        Ok(Self { name: Self::new(&name)?.name, style })
    }

    /// The name of a fact about the constant: `NOT_AFTER` gives `TUYA_ROOT_CA_NOT_AFTER`.
    #[must_use]
    pub fn with(&self, fact: &str) -> String {
        match self.style {
            Style::Upper => format!("{}_{}", self.name, fact.to_ascii_uppercase()),
            Style::Lower => format!("{}_{}", self.name, fact.to_ascii_lowercase()),
            Style::Camel => {
                format!("{}{}", self.name, fact.split('_').map(capitalised).collect::<String>())
            }
        }
    }

    /// The name as it appears in source code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The options that produce this name, as the command reads them.
    pub(super) fn options(&self) -> Vec<String> {
        let mut words = vec!["--name".to_owned(), self.name.clone()];
        let typed = Self::new(&self.name).map_or(Style::Upper, |typed| typed.style);
        if typed != self.style {
            let style = match self.style {
                Style::Upper => "upper",
                Style::Lower => "lower",
                Style::Camel => "camel",
            };
            words.extend(["--style", style].map(str::to_owned));
        }
        words
    }

    /// Whether all its letters are capitals, as Rust requires of constants.
    #[must_use]
    pub fn is_upper(&self) -> bool {
        self.name == self.name.to_ascii_uppercase()
    }
}

/// The words of `tuyaRootCa`.
fn camel_case_words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        match words.last_mut() {
            Some(word) if !letter.is_ascii_uppercase() || word.is_empty() => word.push(letter),
            _ => words.push(letter.to_string()),
        }
    }
    words
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    format!("{}{}", first.to_ascii_uppercase(), rest.to_ascii_lowercase())
}

/// Keywords of C, C++, Rust, Python and Go, and macros from the headers that a generated one includes.
fn is_taken(name: &str) -> bool {
    const KEYWORDS: &str = "abstract alignas alignof and and_eq as asm assert async auto await \
        become bitand bitor bool box break case catch chan char char16_t char32_t char8_t class \
        co_await co_return co_yield compl concept const const_cast consteval constexpr constinit \
        continue crate decltype def default defer del delete do double dyn dynamic_cast elif else \
        enum except explicit export extern fallthrough false final finally float fn for friend \
        from func gen global go goto if impl import in init inline int interface is lambda let long \
        loop macro main map match mod module move mut mutable namespace new noexcept nonlocal not \
        not_eq nullptr operator or or_eq override package pass priv private protected pub public \
        raise range ref register reinterpret_cast requires restrict return select self Self short \
        signed sizeof static static_assert static_cast struct super switch template this \
        thread_local throw trait true try type typedef typeid typename typeof union unsafe \
        unsigned unsized use using var virtual void volatile wchar_t where while with xor xor_eq \
        yield False None True";
    const MACROS: &str = "ARDUINO EOF ESP32 ESP8266 FALSE HIGH INPUT LOW NULL OUTPUT PROGMEM TRUE \
        errno i386 linux stderr stdin stdout unix";
    // ISO C 7.19 <stddef.h>, 7.21 <stdio.h>, 7.24 <string.h> and what POSIX adds to them, and the
    // namespace and crates that generated code uses.
    const LIBRARY: &str = "FILE alloc asprintf basename clearerr core ctermid dprintf fclose \
        fdopen feof ferror fflush fgetc fgetpos fgets fileno flockfile fmemopen fopen fpos_t \
        fprintf fputc fputs fread freopen fscanf fseek fseeko fsetpos ftell ftello ftrylockfile \
        funlockfile fwrite getc getc_unlocked getchar getchar_unlocked getdelim getline gets getw \
        index max_align_t memccpy memchr memcmp memcpy memmem memmove mempcpy memset nullptr_t \
        off_t offsetof open_memstream pclose perror popen printf ptrdiff_t putc putc_unlocked \
        putchar putchar_unlocked puts putw remove rename renameat rewind rindex rsize_t scanf \
        setbuf setbuffer setlinebuf setvbuf size_t snprintf sprintf sscanf ssize_t std stpcpy \
        stpncpy strcasecmp strcasestr strcat strchr strchrnul strcmp strcoll strcpy strcspn strdup \
        strerror strerror_r strfry strlcat strlcpy strlen strncasecmp strncat strncmp strncpy \
        strndup strnlen strpbrk strrchr strsep strsignal strspn strstr strtok strtok_r strverscmp \
        strxfrm tempnam tmpfile tmpnam ungetc va_list vasprintf vdprintf vfprintf vfscanf vprintf \
        vscanf vsnprintf vsprintf vsscanf BUFSIZ FILENAME_MAX FOPEN_MAX L_tmpnam P_tmpdir \
        SEEK_CUR SEEK_END SEEK_SET TMP_MAX bcmp bcopy bzero ffs";
    [KEYWORDS, MACROS, LIBRARY]
        .iter()
        .any(|words| words.split_ascii_whitespace().any(|word| word == name))
        || is_in_stdint(name)
}

/// Whether `name` has the form of a name of `<stdint.h>` (ISO C 7.20): `uint_fast8_t`,
/// `INT8_MAX`, `SIZE_MAX`, `UINT64_C`.
fn is_in_stdint(name: &str) -> bool {
    const OTHERS: [&str; 10] = [
        "PTRDIFF_MAX",
        "PTRDIFF_MIN",
        "RSIZE_MAX",
        "SIG_ATOMIC_MAX",
        "SIG_ATOMIC_MIN",
        "SIZE_MAX",
        "WCHAR_MAX",
        "WCHAR_MIN",
        "WINT_MAX",
        "WINT_MIN",
    ];
    let lower = name.to_ascii_lowercase();
    let Some(rest) = lower.strip_prefix('u').unwrap_or(&lower).strip_prefix("int") else {
        return OTHERS.contains(&name);
    };
    let rest = rest.strip_prefix("_least").or(rest.strip_prefix("_fast")).unwrap_or(rest);
    let rest = rest.strip_prefix("max").or(rest.strip_prefix("ptr")).unwrap_or(rest);
    let rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let is_type = rest == "_t" && name == lower;
    let is_limit = ["_c", "_max", "_min", "_width"].contains(&rest);
    is_type || (is_limit && name == name.to_ascii_uppercase())
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Display for NotAnIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "expected a name valid in C, C++, Rust, Python and Go: letters, digits and single \
             underscores, starting with a letter, not a keyword or library name, at most \
             {MAX_NAME} characters"
        )
    }
}

impl std::error::Error for NotAnIdentifier {}

impl Diagnostic for NotAnIdentifier {}

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
    fn reserved_words_are_refused() {
        for wrong in [
            "",
            "1a",
            "_a",
            "a__b",
            "a_",
            "a-b",
            "é",
            "static",
            "fn",
            "Self",
            "a b",
            "None",
            "func",
            "lambda",
            "NULL",
            "linux",
            "unix",
            "std",
            "size_t",
            "ptrdiff_t",
            "offsetof",
            "uint8_t",
            "int_fast16_t",
            "uintptr_t",
            "intmax_t",
            "INT8_MAX",
            "UINT64_C",
            "SIZE_MAX",
            "printf",
            "FILE",
            "SEEK_SET",
            "memcpy",
            "strlen",
        ] {
            assert_eq!(Identifier::new(wrong), Err(NotAnIdentifier), "{wrong}");
        }
        for right in ["tuya_root_ca", "int8", "internal_t", "printer", "INTRANET_ROOT_CA"] {
            assert!(Identifier::new(right).is_ok(), "{right}");
        }
        assert!(Identifier::new(&"a".repeat(52)).is_ok());
        assert!(Identifier::new(&"a".repeat(53)).is_err());
    }

    #[test]
    fn the_names_of_facts_follow_the_style_of_the_name() {
        let fact = |name: &str| Identifier::new(name).unwrap().with("NOT_AFTER");
        assert_eq!(fact("TUYA_ROOT_CA"), "TUYA_ROOT_CA_NOT_AFTER");
        assert_eq!(fact("tuya_root_ca"), "tuya_root_ca_not_after");
        assert_eq!(fact("tuyaRootCa"), "tuyaRootCaNotAfter");
        assert_eq!(fact("Tuya_CA"), "Tuya_CA_NOT_AFTER");
    }

    #[test]
    fn a_name_is_converted_to_every_style() {
        let styled = |name: &str, style| {
            Identifier::new(name).unwrap().in_style(style).map(|name| name.to_string())
        };
        for name in ["TUYA_ROOT_CA", "tuya_root_ca", "tuyaRootCa"] {
            assert_eq!(styled(name, Style::Upper).as_deref(), Ok("TUYA_ROOT_CA"), "{name}");
            assert_eq!(styled(name, Style::Lower).as_deref(), Ok("tuya_root_ca"), "{name}");
            assert_eq!(styled(name, Style::Camel).as_deref(), Ok("tuyaRootCa"), "{name}");
        }
        assert_eq!(styled("STATIC", Style::Lower), Err(NotAnIdentifier));
        let host = Identifier::for_host("192.0.2.1", "ROOT_CA");
        assert_eq!(host.in_style(Style::Camel).unwrap().as_str(), "host192021RootCa");
        assert_eq!(
            host.in_style(Style::Lower).unwrap().with("DER_1").as_str(),
            "host_192_0_2_1_root_ca_der_1"
        );
    }

    #[test]
    fn an_organisation_with_a_letter_gives_a_name() {
        let name = |text: &str| {
            Identifier::for_organisation(&Foreign::text(text), "ROOT_CA")
                .map(|name| name.to_string())
        };
        assert_eq!(name("DigiCert Inc").as_deref(), Some("DIGICERT_INC_ROOT_CA"));
        assert_eq!(name("3D \"Főtanúsítvány\"").as_deref(), Some("HOST_3D_F_TAN_S_TV_NY_ROOT_CA"));
        assert_eq!(name("中华"), None);
    }
}

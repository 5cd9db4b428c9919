//! The errors of the library: each implements `Diagnostic`, and docs/json.md lists its stages and kinds.

use std::{
    collections::BTreeSet,
    fmt, fs,
    path::{Path, PathBuf},
};

use certgrab::{Diagnostic, Target};
use syn::{
    ImplItem, Item,
    visit::{self, Visit},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of the library. `cli` has the words of the command line, which are no errors of a stage.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.extension() {
            Some(extension) if extension == "rs" => found.push(path),
            _ if path.is_dir() && !path.ends_with("cli") => files(&path, found),
            _ => {}
        }
    }
}

/// The text literals of a function.
#[derive(Default)]
struct Words(Vec<String>);

impl<'ast> Visit<'ast> for Words {
    fn visit_lit_str(&mut self, literal: &'ast syn::LitStr) {
        self.0.push(literal.value());
    }
}

fn words(block: &syn::Block) -> Vec<String> {
    let mut words = Words::default();
    visit::visit_block(&mut words, block);
    words.0
}

/// What the files of the library say about errors.
#[derive(Default)]
struct Found {
    /// The folder and the name of each type that is an error.
    errors: Vec<(PathBuf, String)>,
    /// The same for each one that implements `Diagnostic`.
    diagnostics: Vec<(PathBuf, String)>,
    /// Methods with the names of the trait outside it.
    methods: Vec<(PathBuf, String)>,
    /// The stage and the kind of each error. A type that passes on another one's does not add any.
    names: BTreeSet<(String, String)>,
}

impl Found {
    fn read() -> Self {
        let mut paths = Vec::new();
        files(&root().join("src"), &mut paths);
        let mut found = Self::default();
        for path in paths {
            let folder = path.parent().expect("a folder");
            let file = syn::parse_file(&fs::read_to_string(&path).expect("UTF-8")).expect("Rust");
            for item in &file.items {
                if let Item::Impl(item) = item {
                    found.implementation(folder, item);
                }
            }
        }
        found.errors.sort();
        found.diagnostics.sort();
        found
    }

    fn implementation(&mut self, folder: &Path, item: &syn::ItemImpl) {
        let syn::Type::Path(path) = &*item.self_ty else { return };
        let name = path.path.segments.last().expect("a name").ident.to_string();
        let of_trait = item.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
        let functions = item.items.iter().filter_map(|item| match item {
            ImplItem::Fn(one) => Some((one.sig.ident.to_string(), &one.block)),
            _ => None,
        });
        let place = (folder.to_owned(), name);
        match of_trait.map(|segment| segment.ident.to_string()).as_deref() {
            Some("Error") => self.errors.push(place),
            Some("Diagnostic") => {
                self.diagnostics.push(place);
                self.names(&functions.collect::<Vec<_>>());
            }
            None if functions.clone().any(|(name, _)| ["kind", "stage"].contains(&&*name)) => {
                self.methods.push(place);
            }
            _ => {}
        }
    }

    fn names(&mut self, functions: &[(String, &syn::Block)]) {
        let of = |name: &str, default: &str| {
            let body = functions.iter().find(|(found, _)| found == name).map(|(_, body)| *body);
            body.map_or_else(|| vec![default.to_owned()], words)
        };
        for stage in of("stage", Plain.stage()) {
            let kinds = of("kind", Plain.kind()).into_iter();
            self.names.extend(kinds.map(|kind| (stage.clone(), kind)));
        }
    }
}

/// An error with the defaults of the trait.
#[derive(Debug)]
struct Plain;

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("plain")
    }
}

impl std::error::Error for Plain {}

impl Diagnostic for Plain {}

/// The rows of the table of errors.
fn documented() -> BTreeSet<(String, String)> {
    let page = fs::read_to_string(root().join("docs/json.md")).expect("the page");
    let (_, table) = page.split_once("## Kinds of errors").expect("the table");
    let (table, _) = table.split_once("\n## ").expect("the next section");
    let cell = |row: &str, index: usize| row.split('`').nth(index).expect("a name").to_owned();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| (cell(row, 1), cell(row, 3))).collect()
}

#[test]
fn every_error_of_the_library_is_a_diagnostic() {
    let Found { errors, diagnostics, methods, .. } = Found::read();
    assert!(errors.len() >= 19, "{errors:#?}");
    assert_eq!(errors, diagnostics);
    let doubled: Vec<_> = methods.iter().filter(|place| errors.contains(place)).collect();
    assert!(doubled.is_empty(), "methods of the trait outside it: {doubled:#?}");
}

#[test]
fn the_json_page_lists_every_kind_of_error_in_snake_case() {
    let names = Found::read().names;
    assert!(names.len() > 45, "{names:#?}");
    assert_eq!(names, documented());
    for word in names.iter().flat_map(|(stage, kind)| [stage, kind]) {
        let is_snake_case = word.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase());
        assert!(is_snake_case && !word.is_empty(), "{word}");
    }
}

#[test]
fn every_public_error_reports_its_stage_and_kind() {
    fn report(error: &dyn Diagnostic) -> String {
        format!("{} {} {error}", error.stage(), error.kind())
    }
    fn is_diagnostic<E: Diagnostic>() {}
    is_diagnostic::<certgrab::Error>();
    is_diagnostic::<certgrab::LeafError>();
    is_diagnostic::<certgrab::Refusal>();
    is_diagnostic::<certgrab::RenderError>();
    is_diagnostic::<certgrab::StoreError>();
    let target = "".parse::<Target>().expect_err("no target");
    assert_eq!(report(&target), "target bad_target the target is empty");
    let build = certgrab::Build::new().try_generate().expect_err("no lock");
    assert_eq!(report(&build), "build invalid no lock was named");
    assert_eq!(build.hint().as_deref(), Some("set it with `Build::lock`"));
    let value = certgrab::Certificate::from_der(b"").expect_err("no certificate");
    assert!(report(&value).starts_with("input invalid not an X.509 certificate"));
    assert_eq!(value.hint(), None);
}

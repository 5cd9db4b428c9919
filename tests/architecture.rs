//! The order of the folders and of the stages, and that data flows only forward.
//!
//! Every file of `src` is parsed, private modules too. A file may use its own folder and the
//! folders above it in [`FOLDERS`].

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::{
    Attribute, ImplItemFn, ItemFn, ItemMod, UseTree,
    visit::{self, Visit},
};

/// The folders and files at the top of `src`: each may use itself and those before it.
const FOLDERS: [&str; 15] = [
    "text", "x509", "output", "trust", "scheme", "endpoint", "chain", "stack", "judge", "net",
    "tls", "run", "check", "lab", "cli",
];

/// The most folders at the top of `src`, few enough to remember.
const MAX_FOLDERS: usize = 13;

/// The folders that read no clock, no environment and no socket. `output::build` reads the
/// environment of a build script and `trust` reads the files that the user names.
const PURE: [&str; 7] = ["x509", "output", "scheme", "endpoint", "chain", "stack", "judge"];

/// The most lines of a file, including its tests.
const MAX_FILE_LINES: usize = 400;

/// The most lines of a function from `fn` to its closing brace, without the lines of its tables.
const MAX_FUNCTION_LINES: usize = 60;

/// A file of `src`, parsed.
struct Source {
    /// The path below `src`, `tls/probe.rs`.
    name: String,
    /// The path of its module below the crate, `["tls", "probe"]`.
    module: Vec<String>,
    text: String,
    /// The modules and items of the crate that it names, `["net", "connect", "Options"]`.
    uses: BTreeSet<Vec<String>>,
    /// The names that its `use` items bring in, each with its path: what others find in it too.
    names: BTreeMap<String, Vec<String>>,
    /// Every identifier of its paths, except in tests.
    words: BTreeSet<String>,
    /// Functions with the number of their lines.
    functions: Vec<(String, usize)>,
}

impl Source {
    fn read(path: &Path) -> Self {
        let name = path.strip_prefix(root()).expect("below src").to_string_lossy().into_owned();
        let text = fs::read_to_string(path).expect("UTF-8");
        let module = name.trim_end_matches(".rs").split('/').map(str::to_owned);
        let module: Vec<_> = module.filter(|part| part != "mod").collect();
        let mut reader = Reader { module: module.clone(), ..Reader::default() };
        reader.visit_file(&syn::parse_file(&text).expect("Rust"));
        let Reader { uses, names, words, functions, .. } = reader;
        Self { name, module, text, uses, names, words, functions }
    }

    fn folder(&self) -> &str {
        &self.module[0]
    }

    /// Whether it is at the top of `src` and not in a folder.
    fn is_entry(&self) -> bool {
        ["lib", "main"].contains(&self.folder())
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources() -> Vec<Source> {
    fn collect(folder: &Path, found: &mut Vec<Source>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.extension() {
                Some(extension) if extension == "rs" => found.push(Source::read(&path)),
                _ if path.is_dir() => collect(&path, found),
                // Tables that a file includes.
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    collect(&root(), &mut found);
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

/// Collects what a file names.
#[derive(Default)]
struct Reader {
    module: Vec<String>,
    uses: BTreeSet<Vec<String>>,
    names: BTreeMap<String, Vec<String>>,
    words: BTreeSet<String>,
    functions: Vec<(String, usize)>,
}

impl Reader {
    /// Keeps a path that begins in this crate, from the crate's root, and the name that it brings in.
    fn keep(&mut self, path: &[String], name: Option<&syn::Ident>) {
        self.words.extend(path.iter().cloned());
        let supers = path.iter().take_while(|part| *part == "super").count();
        let (base, rest) = match path.first().map(String::as_str) {
            Some("crate") => (&[][..], &path[1..]),
            Some("self") => (&self.module[..], &path[1..]),
            Some("super") if supers <= self.module.len() => {
                (&self.module[..self.module.len() - supers], &path[supers..])
            }
            _ => return,
        };
        let path = [base, rest].concat();
        if let Some(name) = name {
            self.names.insert(name.to_string(), path.clone());
        }
        self.uses.insert(path);
    }

    fn keep_tree(&mut self, before: &[String], tree: &UseTree) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.keep_tree(&with(&path.ident), &path.tree),
            UseTree::Name(name) if name.ident == "self" => self.keep(before, None),
            UseTree::Name(name) => self.keep(&with(&name.ident), Some(&name.ident)),
            UseTree::Rename(rename) => self.keep(&with(&rename.ident), Some(&rename.rename)),
            UseTree::Glob(_) => self.keep(before, None),
            UseTree::Group(group) => {
                group.items.iter().for_each(|item| self.keep_tree(before, item));
            }
        }
    }

    fn count(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let first = signature.fn_token.span.start().line;
        let lines = body.brace_token.span.close().end().line + 1 - first;
        let mut tables = Tables(0);
        tables.visit_block(body);
        self.functions.push((signature.ident.to_string(), lines - tables.0));
    }
}

/// The lines of lists of values, between their first and their last line.
struct Tables(usize);

impl Tables {
    fn add(&mut self, span: &proc_macro2::extra::DelimSpan) {
        self.0 += (span.close().start().line - span.open().end().line).saturating_sub(1);
    }
}

impl Visit<'_> for Tables {
    fn visit_expr_array(&mut self, array: &syn::ExprArray) {
        self.add(&array.bracket_token.span);
    }

    fn visit_macro(&mut self, list: &syn::Macro) {
        if let (true, syn::MacroDelimiter::Bracket(brackets)) =
            (list.path.is_ident("vec"), &list.delimiter)
        {
            self.add(&brackets.span);
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if is_for_tests(&module.attrs) {
            // Of tests only the lines of their functions count.
            let mut tests = Reader { module: self.module.clone(), ..Reader::default() };
            visit::visit_item_mod(&mut tests, module);
            self.functions.append(&mut tests.functions);
        } else {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !is_for_tests(&item.attrs) {
            self.keep_tree(&[], &item.tree);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<_> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        self.keep(&parts, None);
        visit::visit_path(self, path);
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        if !is_for_tests(&function.attrs) {
            self.count(&function.sig, &function.block);
            visit::visit_item_fn(self, function);
        }
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(body) = &function.default {
            self.count(&function.sig, body);
        }
        visit::visit_trait_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.count(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }
}

/// Whether an item is only compiled for tests.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    let is_test = |attribute: &Attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    };
    attributes.iter().any(is_test)
}

#[test]
fn src_has_the_folders_of_the_drawing_in_order() {
    let mut there: BTreeSet<String> = BTreeSet::new();
    for source in sources().iter().filter(|source| !source.is_entry()) {
        there.insert(source.folder().to_owned());
    }
    let expected: BTreeSet<_> = FOLDERS.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(there, expected);
    let folders = FOLDERS.iter().filter(|name| root().join(name).is_dir());
    assert!(folders.count() <= MAX_FOLDERS);

    let lib = fs::read_to_string(root().join("lib.rs")).expect("lib.rs");
    let declared = lib.lines().filter_map(|line| {
        let line = line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';')?;
        FOLDERS.iter().find(|folder| **folder == line)
    });
    assert_eq!(declared.copied().collect::<Vec<_>>(), FOLDERS, "lib.rs lists them in this order");
}

/// The files of `src`, each by its module. The crate's root is that of `lib.rs`.
struct Files<'a>(BTreeMap<&'a [String], &'a Source>);

impl<'a> Files<'a> {
    fn of(sources: &'a [Source]) -> Self {
        let module =
            |source: &'a Source| if source.name == "lib.rs" { &[] } else { &*source.module };
        Self(sources.iter().map(|source| (module(source), source)).collect())
    }

    /// The file in which `path` leads to an item, even if another file re-exports it.
    fn target(&self, path: &[String]) -> Option<&'a Source> {
        let mut path = path.to_vec();
        // A re-export may lead to another one.
        for _ in 0..8 {
            let lengths = (0..=path.len()).rev();
            let (length, file) = lengths
                .map(|length| (length, self.0.get(&path[..length])))
                .find_map(|(length, file)| Some((length, *file?)))?;
            let Some(found) = path.get(length).and_then(|name| file.names.get(name)) else {
                return Some(file);
            };
            path = [found, &path[length + 1..]].concat();
        }
        None
    }
}

#[test]
fn no_folder_uses_a_later_one() {
    let place = |name: &str| FOLDERS.iter().position(|folder| *folder == name);
    let sources = sources();
    let files = Files::of(&sources);
    let mut wrong = Vec::new();
    for source in sources.iter().filter(|source| !source.is_entry()) {
        let own = place(source.folder()).expect("a folder of the drawing");
        for path in &source.uses {
            let target = files.target(path).and_then(|target| place(target.folder()));
            let named = path.first().and_then(|first| place(first));
            let is_later = |other: Option<usize>| other.is_some_and(|other| other > own);
            if is_later(target) || is_later(named) {
                wrong.push(format!("{} uses {}", source.name, path.join("::")));
            }
        }
    }
    for source in sources.iter().filter(|source| source.folder() == "lab") {
        let uses =
            source.uses.iter().any(|path| path.first().is_some_and(|first| first == "check"));
        assert!(!uses, "{} uses check", source.name);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_parts_of_a_folder_use_each_other_in_a_circle() {
    let sources = sources();
    let files = Files::of(&sources);
    // What each part of a folder uses of the same folder, by the folder's module. A part is a file with
    // everything below it: only a parent and what is below it may use each other.
    let mut uses: BTreeMap<&[String], BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for source in &sources {
        for target in source.uses.iter().filter_map(|path| files.target(path)) {
            let (from, to) = (&source.module, &target.module);
            let shared = from.iter().zip(to).take_while(|(one, other)| one == other).count();
            if let (Some(part), Some(used)) = (from.get(shared), to.get(shared)) {
                let folder = uses.entry(&from[..shared]).or_default();
                folder.entry(part).or_default().insert(used);
            }
        }
    }
    let mut circles = Vec::new();
    for (folder, uses) in &uses {
        for (part, used) in uses {
            let (mut seen, mut next) = (BTreeSet::new(), used.clone());
            while let Some(one) = next.pop_first() {
                if seen.insert(one) {
                    next.extend(uses.get(one).into_iter().flatten());
                }
            }
            if seen.contains(part) {
                circles.push(format!("{}::{part}", folder.join("::")));
            }
        }
    }
    assert!(circles.is_empty(), "parts in circles: {circles:#?}");
}

#[test]
fn the_pure_folders_use_no_clock_environment_or_socket() {
    let clocks = ["SystemTime", "Instant", "UdpSocket", "TcpStream"];
    let outside = ["env", "fs", "process", "tokio"];
    for source in sources().iter().filter(|source| PURE.contains(&source.folder())) {
        // A build script has an environment and files: this is the only place that reads them.
        let is_for_build_scripts = source.name.starts_with("output/build");
        for word in clocks.iter().chain(&outside) {
            let is_there = source.words.contains(*word);
            assert!(!is_there || is_for_build_scripts, "{} has `{word}`", source.name);
        }
        assert!(!source.text.contains("Time::now()"), "{}", source.name);
    }
}

#[test]
fn only_prove_makes_verified() {
    for source in sources() {
        let makes = source.text.contains("Verified {");
        assert!(!makes || source.name == "judge/prove.rs", "{}", source.name);
    }
}

#[test]
fn grab_calls_the_stages_in_order() {
    let calls = [
        (
            "run/grab.rs",
            &["probe::reach(", "aia::fetch(", "path::find(", "rank::rank(", "prove::prove("][..],
        ),
        ("tls/probe.rs", &["connect::connect(", "starttls::ask("]),
    ];
    for (file, calls) in calls {
        let run = fs::read_to_string(root().join(file)).expect(file);
        let places: Vec<_> = calls.iter().map(|call| run.find(call).expect(call)).collect();
        assert!(places.is_sorted(), "{file} names the stages in order");
    }
}

#[test]
fn files_and_functions_are_short() {
    let mut long = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if lines > MAX_FILE_LINES {
            long.push(format!("{} has {lines} lines", source.name));
        }
        for (name, lines) in &source.functions {
            if *lines > MAX_FUNCTION_LINES {
                long.push(format!("{}: {name} has {lines} lines", source.name));
            }
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn the_public_names_match_the_list() {
    let file = syn::parse_file(&fs::read_to_string(root().join("lib.rs")).expect("UTF-8"));
    let mut names = BTreeSet::new();
    for item in file.expect("Rust").items {
        match item {
            syn::Item::Use(item) if matches!(item.vis, syn::Visibility::Public(_)) => {
                leaves(&item.tree, &mut names);
            }
            // `check` is a separate subject with its own names; `internals` is for this repository.
            syn::Item::Mod(item) => assert!(
                item.ident == "check"
                    || item.ident == "internals" && item.attrs.iter().any(is_hidden)
                    || matches!(item.vis, syn::Visibility::Inherited),
                "the module `{}` is public: re-export the names that users need",
                item.ident
            ),
            _ => {}
        }
    }
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/public-names.txt");
    let names: Vec<_> = names.into_iter().collect();
    let expected = fs::read_to_string(&list).expect("the list");
    assert_eq!(names, expected.lines().collect::<Vec<_>>(), "{}", list.display());
}

/// Whether an item is excluded from the documentation.
fn is_hidden(attribute: &Attribute) -> bool {
    attribute.path().is_ident("doc")
        && attribute.parse_args::<syn::Ident>().is_ok_and(|word| word == "hidden")
}

/// The names that a `use` brings in.
fn leaves(tree: &UseTree, names: &mut BTreeSet<String>) {
    match tree {
        UseTree::Path(path) => leaves(&path.tree, names),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, names)),
        UseTree::Name(name) => drop(names.insert(name.ident.to_string())),
        UseTree::Rename(name) => drop(names.insert(name.rename.to_string())),
        UseTree::Glob(_) => panic!("a glob hides what is public"),
    }
}

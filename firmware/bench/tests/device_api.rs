//! Tests that the device crate uses esp-idf-svc as it is declared.
//!
//! This does not check types, which requires ESP-IDF's headers; they are not in a registry. It parses
//! the sources that cargo downloads for the device crate, and compares each item that the device uses
//! with its declaration: function signatures, field types, variants, and the traits that the core
//! requires of the MQTT client. A second test checks that the list of items contains everything that
//! the device imports.
//!
//! certgrab's tests compile the projects of `certgrab new esp-idf-rust` against declarations, which
//! are compared with the sources too.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use syn::{
    Fields, ImplItem, Item, Type, UseTree,
    visit::{self, Visit},
};

/// The items that the device uses, each with its declaration. White space does not matter.
const USED: &[(&str, &str)] = &[
    ("fn link_patches", "pub fn link_patches() -> PatchesRef"),
    ("fn restart", "pub fn restart() -> !"),
    ("type EspLogger", "EspIdfLogger<EspIdfLogFilter>"),
    ("EspIdfLogger::initialize_default", "pub fn initialize_default()"),
    ("Peripherals::take", "pub fn take() -> Result<Self, crate::sys::EspError>"),
    ("Peripherals.modem", "modem::Modem<'static>"),
    ("type EspSystemEventLoop", "EspEventLoop<System>"),
    ("EspEventLoop::take", "pub fn take() -> Result<Self, EspError>"),
    ("type EspDefaultNvsPartition", "EspNvsPartition<NvsDefault>"),
    ("EspNvsPartition::take", "pub fn take() -> Result<Self, EspError>"),
    (
        "EspWifi::new",
        "pub fn new<M: WifiModemPeripheral + 'd>(modem: M, sysloop: EspSystemEventLoop, \
         nvs: Option<EspDefaultNvsPartition>,) -> Result<Self, EspError>",
    ),
    ("impl WifiModemPeripheral for", "Modem<'_>"),
    (
        "BlockingWifi::wrap",
        "pub fn wrap(wifi: T, event_loop: EspSystemEventLoop) -> Result<Self, EspError>",
    ),
    (
        "BlockingWifi::set_configuration",
        "pub fn set_configuration(&mut self, conf: &Configuration) -> Result<(), EspError>",
    ),
    ("BlockingWifi::start", "pub fn start(&mut self) -> Result<(), EspError>"),
    ("BlockingWifi::connect", "pub fn connect(&mut self) -> Result<(), EspError>"),
    ("BlockingWifi::is_connected", "pub fn is_connected(&self) -> Result<bool, EspError>"),
    ("BlockingWifi::wait_netif_up", "pub fn wait_netif_up(&self) -> Result<(), EspError>"),
    ("Configuration::Client", "(ClientConfiguration)"),
    ("ClientConfiguration.ssid", "heapless::String<32>"),
    ("ClientConfiguration.password", "heapless::String<64>"),
    ("ClientConfiguration.auth_method", "AuthMethod"),
    ("impl Default for", "ClientConfiguration"),
    ("AuthMethod::None", ""),
    ("AuthMethod::WPA2Personal", ""),
    ("EspSntp::new_default", "pub fn new_default() -> Result<Self, EspError>"),
    (
        "EspMqttClient::new",
        "pub fn new(url: &str, conf: &MqttClientConfiguration,) \
         -> Result<(Self, EspMqttConnection), EspError> where Self: Sized,",
    ),
    ("impl Client for", "EspMqttClient<'_>"),
    ("impl Publish for", "EspMqttClient<'_>"),
    ("impl Send for", "EspMqttClient<'_>"),
    ("impl Connection for", "EspMqttConnection"),
    ("impl Default for", "MqttClientConfiguration<'_>"),
    ("MqttClientConfiguration.protocol_version", "Option<MqttProtocolVersion>"),
    ("MqttClientConfiguration.client_id", "Option<&'a str>"),
    ("MqttClientConfiguration.username", "Option<&'a str>"),
    ("MqttClientConfiguration.password", "Option<&'a str>"),
    ("MqttClientConfiguration.server_certificate", "Option<X509<'static>>"),
    ("MqttClientConfiguration.reconnect_timeout", "Option<time::Duration>"),
    ("MqttClientConfiguration.network_timeout", "time::Duration"),
    ("MqttProtocolVersion::V3_1_1", ""),
    ("X509::pem_until_nul", "pub const fn pem_until_nul(bytes: &'a [u8]) -> Self"),
    ("EspTls::new", "pub fn new() -> Result<Self, EspError>"),
    (
        "EspTls::connect",
        "pub fn connect(&mut self, host: &str, port: u16, cfg: &Config,) \
         -> Result<CompletedHandshake, EspError>",
    ),
    ("EspTls::context_handle", "pub fn context_handle(&self) -> *mut sys::esp_tls"),
    ("Config::new", "pub const fn new() -> Self"),
    ("Config.ca_cert", "Option<X509<'a>>"),
    ("Config.timeout_ms", "u32"),
    ("Config.use_crt_bundle_attach", "bool"),
];

/// Imports that the sources do not declare: they come from ESP-IDF's headers or a macro, or are modules.
const NOT_DECLARED: &[&str] = &["sys", "reset", "EspError", "Modem", "Peripherals"];

/// The project of `certgrab new esp-idf-rust`, relative to the firmware's workspace.
const PROJECT: &str = "../templates/project/esp-idf-rust";

#[test]
fn every_item_the_device_uses_is_declared() {
    let declared = declarations();
    let problems: Vec<_> = USED
        .iter()
        .filter_map(|(item, expected)| {
            let found = declared.get(*item);
            let fits = found.is_some_and(|found| found.contains(&plain(expected)));
            (!fits).then(|| format!("{item}\n  expected {expected}\n  found    {found:?}"))
        })
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_imported_name_is_in_the_list() {
    let listed: BTreeSet<&str> = USED
        .iter()
        .flat_map(|(item, expected)| {
            item.split([' ', ':', '.']).chain(expected.split(['<', '(', ' ']))
        })
        .chain(NOT_DECLARED.iter().copied())
        .collect();
    let missing: Vec<_> = imports(&workspace().join("device/src"))
        .into_iter()
        .filter(|name| !listed.contains(name.as_str()))
        .collect();
    assert!(missing.is_empty(), "not compared with the sources: {missing:?}");
}

#[test]
fn declarations_for_new_projects_match_the_sources() {
    let declared = declarations();
    let path = workspace().join("../tests/data/esp_idf_svc.rs");
    let text = fs::read_to_string(&path).expect("declarations");
    let mut ours = Declarations::default();
    ours.visit_file(&syn::parse_file(&text).expect("Rust"));
    assert!(ours.0.len() > 40, "{}", ours.0.len());
    // Fixed-size strings are declared in another crate, `heapless`.
    ours.0.remove("impl TryFrom for");
    ours.0.retain(|item, _| !item.starts_with("String::"));
    let problems: Vec<_> = ours
        .0
        .iter()
        .filter_map(|(item, expected)| {
            let found = declared.get(item);
            let fits = |text: &String| found.is_some_and(|found| found.contains(text));
            (!expected.iter().all(fits))
                .then(|| format!("{item}\n  expected {expected:?}\n  found    {found:?}"))
        })
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_new_project_has_the_device_configuration() {
    let read = |folder: &str, name: &str| {
        let path = workspace().join(folder).join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    for (ours, theirs) in [
        (".cargo/config.toml", "cargo-config.toml.tmpl"),
        ("device.env.example", "mqtt/device.env.example"),
        ("espflash.toml", "espflash.toml"),
        ("partitions.csv", "partitions.csv"),
        ("rust-toolchain.toml", "rust-toolchain.toml.tmpl"),
        ("sdkconfig.defaults", "sdkconfig.defaults"),
    ] {
        assert_eq!(read("device", ours), read(PROJECT, theirs), "{ours}");
    }
    // A project also supports a client certificate, so its files may have more lines.
    for (ours, theirs) in [("build.rs", "build.rs"), (".gitignore", "gitignore.tmpl")] {
        let project = read(PROJECT, theirs);
        let is_in_project = |line: &&str| project.lines().any(|other| other == *line);
        let device = read("device", ours);
        let lines: Vec<_> = device.lines().filter(|line| !line.starts_with("//!")).collect();
        assert!(lines.iter().all(is_in_project), "{ours}: {project}");
    }
    let (device, project) = (read("device", "Cargo.toml"), read(PROJECT, "Cargo.toml.tmpl"));
    for crate_name in ["esp-idf-svc", "embuild"] {
        let line = device.lines().find(|line| line.starts_with(crate_name)).expect(crate_name);
        assert!(project.lines().any(|other| other == line), "{line}");
    }
}

/// The folder of the firmware's workspace.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a member has a workspace").into()
}

/// All declarations of the device's ESP-IDF crates, by name. A name may have several declarations, one
/// for each configuration.
fn declarations() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .current_dir(workspace())
        .args(["metadata", "--format-version", "1", "--filter-platform", "riscv32imc-esp-espidf"])
        .args(["--manifest-path", "device/Cargo.toml"])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo's JSON");
    let mut declarations = Declarations::default();
    for package in metadata["packages"].as_array().expect("packages") {
        let name = package["name"].as_str().expect("a name");
        if ["embedded-svc", "esp-idf-hal", "esp-idf-svc", "esp-idf-sys"].contains(&name) {
            let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
            each_source(&manifest.with_file_name("src"), &mut |file| declarations.visit_file(file));
        }
    }
    declarations.0
}

/// The names that the sources in `folder` import from esp-idf-svc.
fn imports(folder: &Path) -> BTreeSet<String> {
    fn leaves(tree: &UseTree, names: &mut BTreeSet<String>) {
        match tree {
            UseTree::Path(path) => leaves(&path.tree, names),
            UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, names)),
            UseTree::Name(name) if name.ident != "self" => {
                names.insert(name.ident.to_string());
            }
            _ => {}
        }
    }
    let mut names = BTreeSet::new();
    each_source(folder, &mut |file| {
        for item in &file.items {
            if let Item::Use(item) = item
                && let UseTree::Path(path) = &item.tree
                && path.ident == "esp_idf_svc"
            {
                leaves(&path.tree, &mut names);
            }
        }
    });
    names
}

/// Parses each Rust file below `folder`.
fn each_source(folder: &Path, then: &mut impl FnMut(&syn::File)) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            each_source(&path, then);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source");
            match syn::parse_file(&text) {
                Ok(file) => then(&file),
                Err(error) => panic!("{}: {error}", path.display()),
            }
        }
    }
}

/// Declarations by name, as text without white space.
#[derive(Default)]
struct Declarations(BTreeMap<String, BTreeSet<String>>);

impl Declarations {
    fn add(&mut self, item: String, tokens: &impl quote::ToTokens) {
        let text = plain(&tokens.to_token_stream().to_string());
        self.0.entry(item).or_default().insert(text);
    }
}

impl Visit<'_> for Declarations {
    fn visit_item_fn(&mut self, item: &syn::ItemFn) {
        let syn::ItemFn { vis, sig, .. } = item;
        self.add(format!("fn {}", sig.ident), &quote::quote!(#vis #sig));
    }

    fn visit_item_type(&mut self, item: &syn::ItemType) {
        self.add(format!("type {}", item.ident), &item.ty);
    }

    fn visit_item_struct(&mut self, item: &syn::ItemStruct) {
        if let Fields::Named(fields) = &item.fields {
            for field in &fields.named {
                let name = field.ident.as_ref().expect("a named field");
                self.add(format!("{}.{name}", item.ident), &field.ty);
            }
        }
    }

    fn visit_item_enum(&mut self, item: &syn::ItemEnum) {
        for variant in &item.variants {
            self.add(format!("{}::{}", item.ident, variant.ident), &variant.fields);
        }
    }

    fn visit_item_impl(&mut self, item: &syn::ItemImpl) {
        let Type::Path(path) = &*item.self_ty else { return };
        let of = &path.path.segments.last().expect("a path has a name").ident;
        if let Some((_, path, _)) = &item.trait_ {
            let name = &path.segments.last().expect("a path has a name").ident;
            self.add(format!("impl {name} for"), &item.self_ty);
        }
        for part in &item.items {
            if let ImplItem::Fn(function) = part {
                let (visibility, signature) = (&function.vis, &function.sig);
                let name = format!("{of}::{}", signature.ident);
                self.add(name, &quote::quote!(#visibility #signature));
            }
        }
        visit::visit_item_impl(self, item);
    }

    fn visit_item_macro(&mut self, item: &syn::ItemMacro) {
        let name = item.ident.as_ref().map(ToString::to_string).unwrap_or_default();
        self.add(format!("macro {name}"), &item.mac.tokens);
    }
}

/// `text` without white space.
fn plain(text: &str) -> String {
    text.split_whitespace().collect()
}

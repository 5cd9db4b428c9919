//! What the files of a repository say about each other's constants.
//!
//! In: the [`Reading`]s of all files. Out: for a file whose constants are used elsewhere, or whose
//! certificate has its private key elsewhere, the [`Context`] to read it again with.

use std::{
    collections::{HashMap, HashSet},
    path::{Component, Path, PathBuf},
};

use super::{
    Reading,
    client_certificate::{self, PrivateKey},
    source::calls::Uses,
};
use crate::stack::Stack;

/// What a file says about constants, its own and those of other files.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// What its code does with constants.
    pub(crate) uses: Uses,
    /// Its private keys.
    pub(crate) keys: Vec<PrivateKey>,
    /// The names of its constants.
    pub(crate) names: Vec<String>,
    /// Whether its code identifies its TLS stack.
    pub(crate) speaks: bool,
}

/// What other files say about the constants of a file.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The TLS stack that reads them, if that is known.
    pub(crate) stack: Option<&'static Stack>,
    pub(crate) uses: Uses,
    pub(crate) keys: HashSet<Vec<u8>>,
}

impl Context {
    /// Only that `stack` reads the constants, if that is known.
    #[must_use]
    pub fn of_stack(stack: Option<&'static Stack>) -> Self {
        Self { stack, ..Self::default() }
    }

    /// The same, and that `stack` reads the constants.
    #[must_use]
    pub(crate) fn read_by(self, stack: &'static Stack) -> Self {
        Self { stack: Some(stack), ..self }
    }
}

/// The facts of all files.
pub struct Pool<'a> {
    /// The files that use each name.
    users: HashMap<&'a str, Vec<&'a Reading>>,
    /// The files that have a constant of each name.
    definers: HashMap<&'a str, Vec<&'a Reading>>,
    keys: HashSet<&'a [u8]>,
}

impl<'a> Pool<'a> {
    /// The facts of all `readings`.
    #[must_use]
    pub fn of(readings: &[&'a Reading]) -> Self {
        let mut users: HashMap<&str, Vec<&Reading>> = HashMap::new();
        let mut definers: HashMap<&str, Vec<&Reading>> = HashMap::new();
        for reading in readings {
            for name in reading.facts.uses.names() {
                users.entry(name).or_default().push(reading);
            }
            for name in &reading.facts.names {
                definers.entry(name).or_default().push(reading);
            }
        }
        let keys = readings.iter().flat_map(|reading| &reading.facts.keys);
        let keys = keys.flat_map(|key| &key.parts).map(Vec::as_slice);
        Self { users, definers, keys: keys.collect() }
    }

    /// What the other files say about the constants of `reading`; `None` if they add nothing.
    #[must_use]
    pub fn context_of(&self, reading: &Reading) -> Option<Context> {
        let mut context = Context::default();
        let mut stacks: Vec<&'static Stack> = Vec::new();
        let unused = |name: &&String| reading.facts.uses.of_constant(name).is_empty();
        for name in reading.facts.names.iter().filter(unused) {
            for user in self.nearest(name, &reading.file) {
                context.uses.take(name, &user.facts.uses);
                stacks.extend(user.stack);
            }
        }
        // If files disagree, none of them counts.
        let first = stacks.first().copied().filter(|_| !reading.facts.speaks);
        context.stack = first.filter(|first| stacks.iter().all(|stack| stack.name == first.name));
        let certificates = reading.anchors.iter().filter_map(|one| one.certificate.as_ref());
        let keys = certificates.filter_map(client_certificate::public);
        context.keys = keys.filter(|key| self.keys.contains(key)).map(<[u8]>::to_vec).collect();
        let says_nothing =
            context.uses.is_empty() && context.stack.is_none() && context.keys.is_empty();
        (!says_nothing).then_some(context)
    }

    /// The files that use the constant `name` of `file`: those nearest to it in the tree of folders,
    /// unless they define one of that name, or another file as near to them does. In a repository of
    /// several projects, each may define it.
    fn nearest(&self, name: &str, file: &Path) -> Vec<&'a Reading> {
        let of = |map: &HashMap<&str, Vec<&'a Reading>>| map.get(name).cloned().unwrap_or_default();
        let (users, definers) = (of(&self.users), of(&self.definers));
        let is_meant = |user: &&Reading| {
            let distance = shared_folders(&user.file, file);
            let mut others = definers.iter().filter(|one| one.file != file);
            user.file != file && others.all(|one| shared_folders(&user.file, &one.file) < distance)
        };
        let users: Vec<_> = users.into_iter().filter(is_meant).collect();
        let most = users.iter().map(|user| shared_folders(&user.file, file)).max();
        let is_nearest = |user: &&Reading| Some(shared_folders(&user.file, file)) == most;
        users.into_iter().filter(is_nearest).collect()
    }
}

/// How many folders two files have in common, from the top.
fn shared_folders(one: &Path, other: &Path) -> usize {
    let folders =
        |path: &Path| -> PathBuf { path.parent().map(Path::to_owned).unwrap_or_default() };
    let (one, other) = (folders(one), folders(other));
    let parts = |path: &'_ Path| -> Vec<String> {
        let parts = path.components().filter(|part| *part != Component::CurDir);
        parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()
    };
    let (one, other) = (parts(&one), parts(&other));
    one.iter().zip(&other).take_while(|(one, other)| one == other).count()
}

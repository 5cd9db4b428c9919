//! `certgrab integrate`: the small file with which a build or a CI job runs certgrab.

use std::{fs, path::Path};

use crate::text::foreign::Foreign;

use crate::cli::{
    REPOSITORY,
    args::integrate::{Args, With},
    failure::{Exit, Failure},
    loss::Content,
    output,
    style::Display,
    within,
};

/// The file, its text, and what remains for the user to do.
fn parts(with: With) -> (&'static str, &'static str, &'static str) {
    match with {
        With::Cmake => (
            "certgrab.cmake",
            include_str!("../../../templates/integration/certgrab.cmake"),
            "add `include(certgrab.cmake)` and `certgrab_constants(TARGET)` to CMakeLists.txt; in an \
             ESP-IDF component, `include(${CMAKE_CURRENT_LIST_DIR}/../certgrab.cmake)` and \
             `certgrab_constants(${COMPONENT_LIB})`",
        ),
        With::Platformio => (
            "certgrab_pre.py",
            include_str!("../../../templates/integration/certgrab_pre.py"),
            "add `extra_scripts = pre:certgrab_pre.py` to platformio.ini",
        ),
        With::Make => (
            "certgrab.mk",
            include_str!("../../../templates/integration/certgrab.mk"),
            "add `include certgrab.mk` to the Makefile, and make the firmware depend on `certgrab`",
        ),
        With::GithubActions => (
            ".github/workflows/certgrab.yml",
            include_str!("../../../templates/integration/github-actions.yml"),
            "commit it",
        ),
        With::PreCommit => (
            ".pre-commit-config.yaml",
            include_str!("../../../templates/integration/pre-commit.yaml"),
            "run `pre-commit install`",
        ),
    }
}

/// The placeholder in templates for the way to install certgrab.
const INSTALL: &str = "@INSTALL@";

/// The file's text with the way to install certgrab; `repository` is where it was published from.
///
/// Until it is published, anyone may take its name in a package registry, so a build without an address
/// installs from its source.
fn filled(template: &str, with: With, repository: &str) -> String {
    let is_published = !repository.is_empty();
    let version = env!("CARGO_PKG_VERSION");
    let install = match (with, is_published) {
        (With::GithubActions, true) => format!("run: pipx install certgrab=={version}"),
        (With::GithubActions, false) => format!(
            "# From a copy of its source in the folder `certgrab`: this certgrab was not published.\n        \
             # With a published release: `pipx install certgrab=={version}`.\n        \
             run: pipx install ./certgrab"
        ),
        (_, true) => "`pip install certgrab`".to_owned(),
        (_, false) => {
            "`pip install .` in its source, or `pip install certgrab` once a release is published"
                .to_owned()
        }
    };
    template.replace(INSTALL, &install)
}

/// Writes the file, unless another file is in its place.
pub(crate) fn run(args: &Args, display: &Display) -> Result<Exit, Failure> {
    let (name, template, next) = parts(args.with);
    let text = filled(template, args.with, REPOSITORY);
    let path = args.folder.join(name);
    let shown = Foreign::path(&path).line();
    within::refuse_links_out_of(&args.folder, [path.as_path()])?;
    if !args.force && output::differs(&path, text.as_bytes())? {
        let hint = "add the lines by hand, or overwrite it with `--force`";
        return Err(Failure::file(format!("{shown} exists and differs"), hint));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)
        .map_err(|error| Failure::new(Exit::File, format!("cannot write {shown}: {error}")))?;
    let changed = output::replace(&output::File::new(&path, text, Content::Overwrite))?;
    if !display.quiet {
        output::say(format_args!("{} {shown}", if changed { "wrote" } else { "unchanged:" }));
        output::say(format_args!("next: {next}"));
    }
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    /// What `integrate` writes for `with` if certgrab was published from `repository`.
    fn written(with: With, repository: &str) -> String {
        let (_, template, _) = parts(with);
        filled(template, with, repository)
    }

    #[test]
    fn every_file_says_how_to_install_certgrab() {
        for with in With::value_variants() {
            let published = written(*with, "https://forge.example/owner/certgrab");
            let source = written(*with, "");
            assert!(published.contains("install certgrab"), "{with:?}: {published}");
            assert!(!published.contains(" install .") && !published.contains(INSTALL), "{with:?}");
            assert!(source.contains(" install ."), "{with:?}: {source}");
            assert!(!source.contains(INSTALL), "{with:?}: {source}");
        }
    }

    #[test]
    fn a_workflow_runs_no_unpublished_package() {
        let runs = |repository| {
            let text = written(With::GithubActions, repository);
            let runs = text.lines().filter_map(|line| line.trim().strip_prefix("run: "));
            runs.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(runs("")[0], "pipx install ./certgrab");
        let published = format!("pipx install certgrab=={}", env!("CARGO_PKG_VERSION"));
        assert_eq!(runs("https://forge.example/owner/certgrab")[0], published);
    }
}

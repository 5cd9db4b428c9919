//! `certgrab integrate`: the small file that makes a build or a CI run certgrab.

use std::{
    fs,
    path::{Path, PathBuf},
};

use certgrab::escape::Foreign;
use clap::ValueEnum;

use super::{Exit, Failure, args::Display, output, within};

const EXAMPLES: &str = "\
Examples:
  certgrab integrate cmake            certgrab.cmake, for ESP-IDF and plain CMake
  certgrab integrate platformio       certgrab_pre.py, an extra script
  certgrab integrate github-actions   a workflow that checks every night";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// What to integrate with: cmake, platformio, make, github-actions or pre-commit
    #[arg(value_enum, hide_possible_values = true)]
    with: With,

    /// The top of the project
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,

    /// Replace a file that is there and different
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum With {
    Cmake,
    Platformio,
    Make,
    GithubActions,
    PreCommit,
}

impl With {
    /// The file, its text, and what is left to the user.
    fn parts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Cmake => (
                "certgrab.cmake",
                include_str!("../../templates/integration/certgrab.cmake"),
                "say `include(certgrab.cmake)` and `certgrab_constants(TARGET)` in CMakeLists.txt",
            ),
            Self::Platformio => (
                "certgrab_pre.py",
                include_str!("../../templates/integration/certgrab_pre.py"),
                "say `extra_scripts = pre:certgrab_pre.py` in platformio.ini",
            ),
            Self::Make => (
                "certgrab.mk",
                include_str!("../../templates/integration/certgrab.mk"),
                "say `include certgrab.mk` in the Makefile, and have the firmware need `certgrab`",
            ),
            Self::GithubActions => (
                ".github/workflows/certgrab.yml",
                include_str!("../../templates/integration/github-actions.yml"),
                "commit it",
            ),
            Self::PreCommit => (
                ".pre-commit-config.yaml",
                include_str!("../../templates/integration/pre-commit.yaml"),
                "run `pre-commit install`",
            ),
        }
    }
}

/// Writes the file, unless another one is in its place.
pub(super) fn run(args: &Args, display: &Display) -> Result<Exit, Failure> {
    let (name, text, next) = args.with.parts();
    let path = args.folder.join(name);
    let shown = Foreign::text(&path.display().to_string()).line();
    within::refuse_links_out_of(&args.folder, [path.as_path()])?;
    if !args.force && output::differs(&path, text.as_bytes())? {
        let hint = "add what `--force` would write by hand, or replace it with `--force`";
        return Err(Failure::new(Exit::File, format!("{shown} is there and different"))
            .with_hint(Some(hint.to_owned())));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)
        .map_err(|error| Failure::new(Exit::File, format!("cannot write {shown}: {error}")))?;
    let changed = output::replace(&path, text.as_bytes())?;
    if !display.quiet {
        output::say(format_args!("{} {shown}", if changed { "wrote" } else { "unchanged:" }));
        output::say(format_args!("next: {next}"));
    }
    Ok(Exit::Done)
}

//! What accompanies an installed command: completions for shells and the man page.

use crate::cli::{
    args::{self, completions::Completions},
    failure::{Exit, Failure},
    output,
};
use clap::CommandFactory as _;

/// Prints the completions for a shell.
pub(crate) fn completions(arguments: &Completions) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut args::Args::command(), "certgrab", &mut text);
    output::write(&text)?;
    Ok(Exit::Done)
}

/// Prints the man page: the main job, then each command with its options.
pub(crate) fn man() -> Result<Exit, Failure> {
    let mut command = args::Args::command();
    command.build();
    let mut page = Vec::new();
    let render = |page: &mut Vec<u8>| -> std::io::Result<()> {
        clap_mangen::Man::new(command.clone()).render(page)?;
        for part in command.get_subcommands() {
            let name = format!("COMMAND {}", part.get_name().to_uppercase());
            let part = clap_mangen::Man::new(part.clone());
            page.extend(format!(".SH \"{name}\"\n").bytes());
            part.render_synopsis_section(page)?;
            part.render_description_section(page)?;
            part.render_options_section(page)?;
            part.render_extra_section(page)?;
        }
        Ok(())
    };
    render(&mut page).map_err(|error| Failure::new(Exit::Fault, format!("man page: {error}")))?;
    output::write(&page)?;
    Ok(Exit::Done)
}

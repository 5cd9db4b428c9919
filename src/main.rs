//! The command `certgrab`.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}

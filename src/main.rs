//! The command `certgrab`.

/// Musl's own gives memory back to the system at once and asks for it again.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> std::process::ExitCode {
    certgrab::internals::cli::run()
}

//! The command `certgrab`.

/// Musl's own has one lock for all threads, gives memory back to the system at once and asks for it again.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    certgrab::internals::cli::run()
}

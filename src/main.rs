//! The command `certgrab`.

/// Musl's own allocator has one lock for all threads and returns memory to the system at once.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    certgrab::internals::cli::run()
}

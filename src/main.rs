//! The `grandstand` program; everything it does is in the library's `cli`.

/// Tables of a large run span gigabytes: this allocator asks for large pages, which spare the
/// processor most of its look-ups of addresses.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    grandstand::cli::main(std::env::args_os())
}

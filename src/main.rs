//! The `grandstand` program; everything it does is in the library's `cli`.

fn main() -> std::process::ExitCode {
    grandstand::cli::main(std::env::args_os())
}

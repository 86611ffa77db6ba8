//! `tercet`: parse, call, print, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    tercet::cli::main()
}

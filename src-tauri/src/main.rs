//! Cloister: window, command line and workers in one binary.
//!
//! `main` confines the process before anything else runs, then picks the shell: without arguments
//! the window, otherwise the command line; hidden subcommands run the workers and the probe.

mod cli;
mod confine;
mod cpu;
mod desktop;
mod environment;
mod sse;
mod worker;

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    match arguments.next().and_then(|first| first.into_string().ok()).as_deref() {
        Some(worker::INFER_WORKER) => worker::infer(),
        Some(worker::PARSE_WORKER) => worker::parse(),
        Some(confine::PROBE_COMMAND) => {
            let role = arguments.next().and_then(|role| role.into_string().ok());
            cli::probe(role.as_deref())
        }
        _ => cli::run(),
    }
}

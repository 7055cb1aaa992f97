//! The engine on the real model, in real worker processes.
//!
//! The binary is its own worker, as the product's is: with `infer-worker` as its first argument it
//! runs the worker's main loop. The built-in harness prints to standard output before any code of
//! a test runs, so the harness is `libtest-mimic`, which nextest and cargo drive like the built-in.
#![expect(clippy::panic, reason = "these are tests, which clippy cannot see without a harness")]

mod answers;
mod faults;
mod queueing;
mod support;
mod together;
mod worker_process;

use std::{
    io::{self, stdin, stdout},
    process::ExitCode,
};

use cloister_inference::worker;
use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("infer-worker") => run_worker(|| Ok(())),
        Some("infer-worker-unconfinable") => {
            run_worker(|| Err(io::ErrorKind::PermissionDenied.into()))
        }
        _ => {
            let trials = [
                answers::trials(),
                together::trials(),
                queueing::trials(),
                faults::trials(),
                worker_process::trials(),
            ];
            let trials: Vec<Trial> = trials.into_iter().flatten().collect();
            libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
        }
    }
}

fn run_worker(on_loaded: impl FnOnce() -> io::Result<()>) -> ExitCode {
    match worker::run(stdin(), stdout(), on_loaded) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

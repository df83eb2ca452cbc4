//! The outermost frame of every tool: runtime, failure report, exit code.

use std::future::Future;
use std::io::Write as _;
use std::process::ExitCode;

use tokio::runtime::{Builder, Runtime};

use crate::exit::Exit;
use crate::failure::Failure;

/// Runs `program` on a current-thread runtime, prints its failure on stderr and turns the result into the exit status.
pub fn run<F: Future<Output = Result<Exit, Failure>>>(program: F) -> ExitCode {
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report(&Failure::new(Exit::Internal, error)),
    };
    let exit = on(&runtime, program);
    // A blocking read of stdin may still be running; it must not hold up the exit.
    runtime.shutdown_background();
    exit
}

/// The same on a runtime of the caller's choice.
pub fn on<F: Future<Output = Result<Exit, Failure>>>(runtime: &Runtime, program: F) -> ExitCode {
    match runtime.block_on(program) {
        Ok(exit) => exit.into(),
        Err(failure) => report(&failure),
    }
}

fn report(failure: &Failure) -> ExitCode {
    // stderr may be closed; there is nobody left to tell then.
    let _ = anstream::stderr().write_all(failure.render().as_bytes());
    failure.exit.into()
}

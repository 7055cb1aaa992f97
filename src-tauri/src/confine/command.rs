//! The hidden `confine-probe` subcommand: confines a fresh process and has it try everything.

use std::{
    env,
    io::{self, Write},
    process::{Command, Stdio},
};

use super::{
    FileAccess, Role, harden_process, lock_egress, probe, probe::ProbeReport, restrict_files,
};

/// Name of the hidden subcommand.
pub(crate) const PROBE_COMMAND: &str = "confine-probe";

/// Runs the probe as `main` (the default), `worker` or `inherited`; `true` when all held.
///
/// Called by `main` before it confines the process, because each role takes its own steps here.
/// Writes one report a line as JSON. `main` also starts itself again as `inherited`, which takes
/// no step of its own: what that line shows was inherited across `exec`.
///
/// # Errors
/// When the process cannot be confined, the output not be written, or the role is not known.
pub(crate) fn run_probe(role: Option<&str>, output: &mut dyn Write) -> io::Result<bool> {
    match role {
        None | Some("main") => {
            let report = confined(FileAccess::Terminal, Role::Main)?;
            write_line(&report, output)?;
            let mut again = Command::new(env::current_exe()?);
            let heir = again.args([PROBE_COMMAND, "inherited"]).stdin(Stdio::null()).output()?;
            output.write_all(&heir.stdout)?;
            Ok(report.ok && heir.status.success())
        }
        Some("inherited") => finish(&probe(Role::Inherited, None), output),
        Some("worker") => finish(&confined(FileAccess::Worker, Role::Worker)?, output),
        Some(_) => {
            let message = "the roles are main, worker and inherited";
            Err(io::Error::new(io::ErrorKind::InvalidInput, message))
        }
    }
}

fn confined(access: FileAccess, role: Role) -> io::Result<ProbeReport> {
    harden_process(&[]).map_err(io::Error::other)?;
    restrict_files(access, &[]).map_err(io::Error::other)?;
    let lock = lock_egress().map_err(io::Error::other)?;
    Ok(probe(role, Some(&lock)))
}

fn finish(report: &ProbeReport, output: &mut dyn Write) -> io::Result<bool> {
    write_line(report, output)?;
    Ok(report.ok)
}

fn write_line(report: &ProbeReport, output: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *output, report)?;
    output.write_all(b"\n")?;
    output.flush()
}

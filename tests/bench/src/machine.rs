//! What the numbers were measured on.

use std::process::Command;

/// One line: processor, cores, memory, kernel.
pub fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let memory_gb = field("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split(' ').next()?.parse::<u64>().ok())
        .map_or_else(|| "unknown".to_owned(), |kib| format!("{:.0} GB", as_f64(kib) * 1024.0 / 1e9));
    format!("{model}, {cores} cores, {memory_gb} of memory, {}", output("uname", &["-srm"]))
}

/// Load of the last minute: what else the machine had to do.
pub fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown").to_owned()
}

/// First line of what a program says.
pub fn output(program: &str, arguments: &[&str]) -> String {
    let said = Command::new(program).args(arguments).output().ok().filter(|said| said.status.success());
    let text = said.map(|said| String::from_utf8_lossy(&said.stdout).into_owned()).unwrap_or_default();
    text.lines().next().filter(|line| !line.is_empty()).unwrap_or("unknown").trim().to_owned()
}

/// `name : value` of a file in `/proc`.
fn field(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// Counts here are far below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "for display")]
pub fn as_f64(count: u64) -> f64 {
    count as f64
}

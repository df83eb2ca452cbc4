//! Logging: always on stderr, never on stdout.

use tracing_subscriber::EnvFilter;

use crate::flags::{CommonFlags, LogFormat};

/// The environment variable that overrides `-v` and `-q`, in the syntax of `tracing_subscriber::EnvFilter`.
pub const LOG_VARIABLE: &str = "GREENLIGHT_LOG";

/// Installs the global logger. A second call does nothing, so tests may call it freely.
pub fn init(flags: &CommonFlags) {
    let level = match (flags.quiet, flags.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, 2) => "debug",
        (false, _) => "trace",
    };
    let filter = EnvFilter::try_from_env(LOG_VARIABLE).unwrap_or_else(|_| EnvFilter::new(level));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = match flags.log_format {
        LogFormat::Text => builder.with_target(false).without_time().try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}

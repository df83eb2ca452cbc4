//! `serve`: the local world in the foreground, until SIGTERM.

use std::net::SocketAddr;
use std::path::Path;

use greenlight_kit::{Exit, Failure, Interrupt};

use crate::cli::Up;
use crate::daemon::{Daemon, SiteRecord};
use crate::emulator::Emulator;
use crate::gateway::{Gateway, GatewaySettings, RunningGateway};
use crate::ports::Ports;
use crate::world::{self, WorldSettings};

pub async fn run(state: &Path, up: &Up) -> Result<Exit, Failure> {
    let interrupt = Interrupt::listen();
    let io = |error: std::io::Error| Failure::new(Exit::Internal, error);
    let tools = super::tools(up.tools.as_ref())?;
    let ports = if up.free_ports { Ports::free() } else { Ports::fixed() };
    let emulator =
        Emulator::start(&up.emulator, state).await.map_err(|error| Failure::new(Exit::Unavailable, error))?;
    let own = std::env::current_exe().map_err(io)?;
    let variables = [
        ("LOCAL_PIPELINE", own.display().to_string()),
        ("LOCAL_PIPELINE_IMAGE_CACHE", state.join("cache/images").display().to_string()),
        ("LOCAL_PIPELINE_PYTHON", super::up::python(up)),
        ("TOOLS_CACHE", state.join("cache/tools").display().to_string()),
    ];
    let gateway = Gateway::start(GatewaySettings {
        listen: SocketAddr::from(([127, 0, 0, 1], ports.gateway)),
        state: state.to_owned(),
        emulator_url: Some(emulator.url.clone()),
        build_environment: variables.map(|(name, value)| (name.to_owned(), value)).into(),
    })
    .await
    .map_err(|error| Failure::new(Exit::Configuration, error))?;
    let result = live(state, up, &gateway, tools, ports, &interrupt).await;
    Daemon::forget(state);
    gateway.stop().await;
    emulator.stop().await;
    result
}

/// Makes the world, says that it is there, and waits for the end.
async fn live(
    state: &Path,
    up: &Up,
    gateway: &RunningGateway,
    tools: std::path::PathBuf,
    ports: Ports,
    interrupt: &Interrupt,
) -> Result<Exit, Failure> {
    let io = |error: std::io::Error| Failure::new(Exit::Internal, error);
    let checkout = std::path::absolute(&up.checkout).map_err(io)?;
    let settings = WorldSettings { checkout, hook: tools.join("validate-deploy"), ports };
    let sites =
        world::create(gateway, &settings).await.map_err(|error| Failure::new(Exit::Internal, error))?;
    let sites = sites
        .into_iter()
        .map(|site| SiteRecord { name: site.name, url: site.url, api_url: site.api_url })
        .collect();
    let pid = i32::try_from(std::process::id()).unwrap_or_default();
    let daemon = Daemon { pid, endpoint_url: gateway.url().to_owned(), tools, sites };
    super::up::write_helpers(state, &daemon).map_err(io)?;
    daemon.save(state).map_err(io)?;
    interrupt.raised().await;
    Ok(Exit::Done)
}

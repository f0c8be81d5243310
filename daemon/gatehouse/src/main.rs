//! The binary `gatehouse`: configuration, boot order, tasks, signals and the command line. Boring on purpose.
//!
//! ```text
//!   command line ──> check-config, doctor ──> what is wrong and how to mend it
//!               ──> status, phones, calls, lines, mirror, unlink ──> the running daemon's socket
//!               ──> run ──> run.rs: what starts in which order
//!               ──> keep ──> run, again and again
//! ```

mod backup;
mod cli;
mod config;
mod doctor;
mod drill;
mod keep;
mod line_test;
mod link;
mod log;
mod mirror_desk;
mod network;
mod place;
mod reload;
mod run;
mod self_test;
mod show;
mod test_call;
mod update;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cli::{Cli, Command};
use config::{Config, ConfigRefused, brought};
use place::Place;

/// Where the configuration is unless the command line says otherwise.
const DEFAULT_CONFIG: &str = "/etc/gatehouse/gatehouse.toml";

fn main() -> ExitCode {
    let cli = match cli::parse() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    match act(cli) {
        Ok(code) => ExitCode::from(code),
        Err(failed) => {
            show::complain(&failed.to_string());
            ExitCode::from(failed.code())
        }
    }
}

/// Why a command did not work.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Config(#[from] ConfigRefused),
    #[error(transparent)]
    Run(#[from] run::RunFailed),
    #[error(transparent)]
    Keep(#[from] keep::KeepFailed),
    #[error(transparent)]
    Ask(#[from] show::ShowFailed),
    #[error(transparent)]
    Link(#[from] link::LinkFailed),
}

impl Failed {
    /// The exit code of each failure, decided here and nowhere else.
    fn code(&self) -> u8 {
        match self {
            Self::Config(_) => cli::CONFIGURATION,
            Self::Run(_) | Self::Keep(_) | Self::Ask(_) | Self::Link(_) => cli::FAILURE,
        }
    }
}

fn act(cli: Cli) -> Result<u8, Failed> {
    if let Command::Version(format) = cli.command {
        return Ok(show::version(format));
    }
    let named = if let Command::CheckConfig { file: Some(file) } = &cli.command { Some(file) } else { None };
    let own = || load(named.or(cli.place.config.as_ref()), cli.place.data.as_deref());
    let config = if named.is_some() { own()? } else { brought::or_own(own()?) };
    let place = Place { data: config.data.clone() };
    match cli.command {
        Command::Run => {
            log::start(config.log.level);
            run::take_over(&config, &place)?;
            run::run(&brought::or_own(own()?), &place)?;
            Ok(cli::OK)
        }
        Command::Keep => Ok(keep::keep(&cli.place, &config.data)?),
        Command::CheckConfig { .. } => Ok(show::config_is_good(&config)),
        Command::Doctor(format) => Ok(doctor::run(&config, &place, format)),
        Command::Status(format) => Ok(show::status(&place, format)?),
        Command::Phones(format) => Ok(show::phones(&place, format)?),
        Command::Calls(format) => Ok(show::calls(&place, format)?),
        Command::Lines(format) => Ok(show::lines(&place, format)?),
        Command::Locations { dial_rules: true, format, .. } => Ok(show::dial_rules(&place, format)?),
        Command::Locations { device, format, .. } => Ok(show::locations(&place, device.as_ref(), format)?),
        Command::Update { file: Some(file), at_night, .. } => Ok(update::give(&place, &file, at_night)?),
        Command::Update { look: true, format, .. } => Ok(update::look(&place, format)?),
        Command::Update { fetch: true, at_night, .. } => Ok(update::fetch(&place, at_night)?),
        Command::Update { file: None, format, .. } => Ok(update::shown(&place, format)?),
        Command::Network { settings, format } => Ok(network::run(&place, &settings, format)?),
        Command::Drill { act, minutes, format } => Ok(drill::run(&place, &act, minutes, format)?),
        Command::TestCall { act, format } => Ok(test_call::run(&place, &act, format)?),
        Command::LineTest { act, calls, format } => Ok(line_test::run(&place, &act, calls, format)?),
        Command::SelfTest { act, format } => Ok(self_test::run(&place, &act, format)?),
        Command::Mirror { act: None, format } => Ok(mirror_desk::mirror(&place, format)?),
        Command::Mirror { act: Some(act), format } => Ok(mirror_desk::act(&place, act, format)?),
        Command::Unlink => Ok(mirror_desk::unlink(&place)?),
        Command::Link { token_id } => Ok(link::link(&place, &token_id)?),
        Command::Login => Ok(mirror_desk::login(&place)?),
        Command::Backup { file } => Ok(backup::make(&place, &file)?),
        Command::Restore { file } => Ok(backup::restore(&place, &file)?),
        Command::ResetAdmin => Ok(link::reset_admin(&place)?),
        Command::Version(format) => Ok(show::version(format)),
    }
}

/// A file that was named must exist; the default one may be missing.
fn load(named: Option<&PathBuf>, data: Option<&Path>) -> Result<Config, ConfigRefused> {
    let path = named.cloned().unwrap_or_else(|| PathBuf::from(DEFAULT_CONFIG));
    let mut config = config::load(&path, named.is_some())?;
    if let Some(data) = data {
        config.data = data.to_owned();
    }
    Ok(config)
}

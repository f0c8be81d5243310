//! The command line: what can be asked, and with which exit code it is answered.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// Everything went well.
pub(crate) const OK: u8 = 0;
/// It works, but somebody should look (doctor).
pub(crate) const WARNING: u8 = 1;
/// It did not work.
pub(crate) const FAILURE: u8 = 2;
/// The command line itself is wrong (`sysexits` EX_USAGE).
pub(crate) const USAGE: u8 = 64;
/// The configuration is wrong (`sysexits` EX_CONFIG).
pub(crate) const CONFIGURATION: u8 = 78;

/// Gatehouse: the telephone system in the house, with the cloud account behind it.
#[derive(Debug, Parser)]
#[command(name = "gatehouse", version, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub place: Place,
    #[command(subcommand)]
    pub command: Command,
}

/// Where configuration and data are.
#[derive(Args, Debug)]
pub(crate) struct Place {
    /// The configuration file.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where everything that must survive lives; wins over the configuration.
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the telephone system until told to stop.
    Run,
    /// Run it as systemd would: start it again when it falls, or on SIGUSR1, and let its calls go on.
    Keep,
    /// Read the configuration and name every mistake in it.
    CheckConfig {
        /// Instead of the one given by --config.
        file: Option<PathBuf>,
    },
    /// Check the box and say what is wrong and how to mend it.
    Doctor(Format),
    /// The whole house at a glance.
    Status(Format),
    /// Every phone and whether it is registered.
    Phones(Format),
    /// Calls that exist now.
    Calls(Format),
    /// Every line to the outside and whether it carries calls.
    Lines(Format),
    /// Cut the outside lines for some minutes, for everything but calls for help, and say what worked.
    Drill {
        /// Begin one and wait for its end, stop the one under way, or print the records of the last ones.
        #[arg(default_value = "begin", value_parser = ["begin", "stop", "records"])]
        act: String,
        /// How long.
        #[arg(long, default_value = "5", value_parser = clap::value_parser!(u16).range(1..=60))]
        minutes: u16,
        #[command(flatten)]
        format: Format,
    },
    /// Test the access line: how fast the provider answers, and whether so many calls get through at once.
    LineTest {
        /// Begin one and wait for its end, stop the one under way, or print the records of the last ones.
        #[arg(default_value = "begin", value_parser = ["begin", "stop", "records"])]
        act: String,
        /// How many.
        #[arg(long, default_value = "2", value_parser = clap::value_parser!(u16).range(1..=30))]
        calls: u16,
        #[command(flatten)]
        format: Format,
    },
    /// Let one call to 110 or 112 leave for real from a box that is not commissioned: one person asks, another confirms.
    TestCall {
        /// Say how it stands, ask for it, confirm what somebody on the page asked for, or take it back.
        #[arg(default_value = "show", value_parser = ["show", "arm", "confirm", "disarm"])]
        act: String,
        #[command(flatten)]
        format: Format,
    },
    /// Test calls for help without calling anybody: where each phone stands, over which line it would call, and who would be told.
    SelfTest {
        /// Make one now, or print the records of the last ones.
        #[arg(default_value = "begin", value_parser = ["begin", "records"])]
        act: String,
        #[command(flatten)]
        format: Format,
    },
    /// Where every phone stands, and which line would say so.
    Locations {
        /// Only this phone, with the reasons: `e4`.
        device: Option<account::DeviceId>,
        /// Instead, the numbers that every phone and adapter must dial at once.
        #[arg(long, conflicts_with = "device")]
        dial_rules: bool,
        #[command(flatten)]
        format: Format,
    },
    /// How fresh the copy of the cloud account is.
    Mirror {
        #[command(subcommand)]
        act: Option<MirrorAct>,
        #[command(flatten)]
        format: Format,
    },
    /// Link the cloud account: reads a personal access token from standard input.
    Link {
        /// The token's id, as the cloud shows it beside the token.
        #[arg(long)]
        token_id: String,
    },
    /// Log in at the cloud with a browser instead of making a token: prints the address to open, then reads the address
    /// the browser ended up at.
    Login,
    /// Forget the cloud account: its copy, its history, its token.
    Unlink,
    /// Give a new version to the flashed box, or say what became of the last ones.
    Update {
        /// The file as it was downloaded, `gatehouse_0.2.0_generic_amd64.update`.
        file: Option<PathBuf>,
        /// Instead of a file: look whether the feed has a new version.
        #[arg(long, conflicts_with = "file")]
        look: bool,
        /// Instead of a file: fetch and install the version that the feed has.
        #[arg(long, conflicts_with_all = ["file", "look"])]
        fetch: bool,
        /// Start it not before the next night, from 3 o'clock.
        #[arg(long, conflicts_with = "look")]
        at_night: bool,
        #[command(flatten)]
        format: Format,
    },
    /// Where the flashed box stands in the network, or try other settings; whoever does not confirm them on the page within 60 seconds
    /// gets the former ones back.
    Network {
        /// Settings to try, such as `address=192.168.1.20/24 gateway=192.168.1.1`; what is not named is asked of the network.
        #[arg(value_name = "KEY=VALUE")]
        settings: Vec<String>,
        #[command(flatten)]
        format: Format,
    },
    /// Write everything this box cannot fetch again into one file; reads a passphrase from standard input.
    Backup {
        /// A file that does not exist yet.
        file: PathBuf,
    },
    /// Make this box the one that a backup was made of; reads the passphrase from standard input.
    Restore {
        /// The backup.
        file: PathBuf,
    },
    /// Forget the admin's password and print a new set-up code.
    ResetAdmin,
    /// What is running here.
    Version(Format),
}

/// What to do with the mirror.
#[derive(Debug, Subcommand)]
pub(crate) enum MirrorAct {
    /// Fetch the account now.
    Sync,
    /// Changes on their way to the cloud, and what became of them.
    Changes,
    /// Change something in the cloud; waits visibly while the cloud is away.
    Change {
        /// JSON such as {"act":"device_alias","device":"e0","alias":"Reception"}.
        change: String,
    },
    /// Decide about a change that cannot go on by itself.
    Decide {
        /// Its number.
        id: u64,
        /// Carry it out, leave the cloud as it is, or take the change back.
        #[arg(value_parser = ["mine", "theirs", "cancel"])]
        choice: String,
    },
    /// What happened in the cloud: calls, voicemails, faxes, messages.
    Events,
    /// Which rights the token or login has, what for, and which are lacking.
    Rights,
    /// The objects of one kind, such as `device`.
    Show {
        /// Its name, as `gatehouse mirror` lists it.
        kind: String,
    },
}

/// How the answer looks.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Format {
    /// One JSON object with a `schema` field.
    #[arg(long, global = true)]
    pub json: bool,
}

/// Reads the command line; help and version go to standard output, mistakes to standard error with exit code 64.
pub(crate) fn parse() -> Result<Cli, ExitCode> {
    Cli::try_parse().map_err(|fault| {
        let said = fault.print().is_ok();
        if said && !fault.use_stderr() { ExitCode::from(OK) } else { ExitCode::from(USAGE) }
    })
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Cli, Command};

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_subcommand_takes_config_and_data() {
        for words in [
            "run",
            "keep",
            "check-config",
            "doctor",
            "status",
            "phones",
            "calls",
            "lines",
            "drill",
            "drill records",
            "line-test",
            "line-test --calls 4",
            "test-call",
            "test-call arm",
            "self-test",
            "self-test records",
            "locations",
            "locations e4",
            "locations --dial-rules",
            "mirror",
            "mirror sync",
            "mirror changes",
            "unlink",
            "login",
            "reset-admin",
            "update",
            "update a.update",
            "update a.update --at-night",
            "update --look",
            "update --fetch --at-night",
            "network",
            "network address=10.0.0.2/24 name=box",
            "backup a.backup",
            "restore a.backup",
            "version",
        ] {
            let line = std::iter::once("gatehouse")
                .chain(words.split(' '))
                .chain(["--config", "a.toml", "--data", "d"]);
            let cli = Cli::try_parse_from(line).unwrap();
            assert_eq!(cli.place.data.as_deref().and_then(|d| d.to_str()), Some("d"), "{words}");
        }
        assert!(
            matches!(Cli::try_parse_from(["gatehouse", "calls", "--json"]).unwrap().command, Command::Calls(f) if f.json)
        );
    }
}

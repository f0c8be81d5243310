//! `practice-cloud`: the practice cloud as a program. Prints one JSON line with its addresses and logins.

use std::io::{self, IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use practice::{Account, AccountInvalid, Options, Practice, Shape, StartFailed};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// A practice telephone cloud on this machine: the account's API, its SIP server and a control interface.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// File that describes the account
    #[arg(long, required_unless_present = "generate")]
    account: Option<PathBuf>,
    /// Print an account of this many users with one device each, and end
    #[arg(long, value_name = "USERS", conflicts_with = "account")]
    generate: Option<u32>,
    /// What kind of account to print
    #[arg(long, value_enum, default_value = "classic", requires = "generate")]
    shape: Shape,
    /// With this many calls behind it
    #[arg(long, default_value = "0", requires = "generate")]
    history: u32,
    /// Where the API listens
    #[arg(long, default_value = "127.0.0.1:0")]
    http: SocketAddr,
    /// Where the SIP side listens, UDP
    #[arg(long, default_value = "127.0.0.1:0")]
    sip: SocketAddr,
    /// Where the control interface listens
    #[arg(long, default_value = "127.0.0.1:0")]
    control: SocketAddr,
    /// Id of a further token with all rights
    #[arg(long, requires = "token")]
    token_id: Option<String>,
    /// Secret of that token
    #[arg(long, requires = "token_id")]
    token: Option<String>,
}

/// Why the program ended.
#[derive(Debug, thiserror::Error)]
enum RunFailed {
    #[error("cannot read {0}: {1}")]
    Unreadable(PathBuf, io::Error),
    #[error(transparent)]
    Account(#[from] AccountInvalid),
    #[error(transparent)]
    Start(#[from] StartFailed),
    #[error("cannot write to standard output: {0}")]
    Output(#[from] io::Error),
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter =
        EnvFilter::try_from_env("PRACTICE_LOG").unwrap_or_else(|_| EnvFilter::new("warn,practice=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), RunFailed> {
    if let Some(users) = arguments.generate {
        let account = Account::shaped(arguments.shape, users, arguments.history);
        return Ok(writeln!(io::stdout(), "{}", account.document())?);
    }
    let file = arguments.account.unwrap_or_default();
    let text = std::fs::read_to_string(&file).map_err(|error| RunFailed::Unreadable(file, error))?;
    let options = Options {
        http: arguments.http,
        sip: arguments.sip,
        control: arguments.control,
        token: arguments.token_id.zip(arguments.token),
    };
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let cloud = Practice::start(Account::parse(&text)?, options).await?;
    writeln!(io::stdout(), "{}", introduction(&cloud))?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

fn introduction(cloud: &Practice) -> serde_json::Value {
    let phones = cloud.phones().into_iter().map(|phone| {
        json!({"device": phone.device, "user": phone.user, "password": phone.password, "alias": phone.alias,
               "extensions": phone.extensions})
    });
    let (id, secret) = cloud.token().unwrap_or_default();
    let (tcp, tls, root) = cloud.sip().connections();
    json!({"http": cloud.api(), "sip": cloud.sip().address().to_string(), "control": cloud.control(),
           "names": cloud.names().to_string(), "tcp": tcp.to_string(), "tls": tls.to_string(), "root": root,
           "tokenId": id, "token": secret, "domain": cloud.account().domain(),
           "phones": phones.collect::<Vec<_>>()})
}

//! What is changed from the console: the link to the account, and the way back in for a locked-out admin.

use std::io::Read as _;

use store::Write;
use web::Method;

use crate::cli::OK;
use crate::place::Place;
use crate::run::{account_gone, setup_code, token_kept};
use crate::show::{complain, say};

/// A token file is one line.
const LONGEST: u64 = 4096;

/// Why the console could not change it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkFailed {
    #[error("standard input: {0}")]
    Input(std::io::Error),
    #[error(transparent)]
    Token(#[from] cloud::CredentialRefused),
    #[error(transparent)]
    Store(#[from] store::OpenFailed),
    #[error(transparent)]
    Vault(#[from] web::VaultFailed),
    #[error("no runtime: {0}")]
    System(std::io::Error),
}

/// Keeps the token, encrypted, and syncs at once if gatehouse runs.
pub(crate) fn link(place: &Place, token_id: &str) -> Result<u8, LinkFailed> {
    let mut line = zeroize::Zeroizing::new(String::new());
    std::io::stdin().take(LONGEST).read_to_string(&mut line).map_err(LinkFailed::Input)?;
    let writes = token_kept(&line, token_id)?;
    store::write_beside(&place.data, store::Batch(writes))?;
    complain("the token is kept; asking the cloud for the account");
    let runtime = runtime()?;
    match runtime.block_on(web::ask(&place.socket(), Method::POST, "/api/v1/mirror/sync")) {
        Ok((status, _)) if status.is_success() => say("linked"),
        Ok(_) => complain("the sync failed; `gatehouse mirror` says why"),
        Err(_) => say("linked; the account is fetched when gatehouse starts"),
    }
    Ok(OK)
}

/// Only somebody who may write the data directory gets in this way.
pub(crate) fn reset_admin(place: &Place) -> Result<u8, LinkFailed> {
    let reset = web::reset_admin(std::time::SystemTime::now())?;
    let deed = serde_json::to_value(&reset.deed).unwrap_or_default();
    let writes = vec![
        account_gone(reset.account),
        setup_code(Some(reset.kept))?,
        Write::EndSessionsBefore(reset.sessions_before),
        Write::Deed(deed),
    ];
    store::write_beside(&place.data, store::Batch(writes))?;
    say(&format!("set-up code: {}", reset.code.reveal()));
    Ok(OK)
}

fn runtime() -> Result<tokio::runtime::Runtime, LinkFailed> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(LinkFailed::System)
}

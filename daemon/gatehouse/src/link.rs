//! What is changed from the console: the link to the account, and the way back in for a locked-out admin.

use std::io::Read as _;

use account::Secret;
use cloud::Credential;
use store::Write;
use web::Method;

use crate::cli::OK;
use crate::place::Place;
use crate::run::{REFRESH, RIGHTS, TOKEN, TOKEN_ID, admin_writes};
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
    let Credential::PersonalToken { id, token } = Credential::parse_line(&line, token_id)? else {
        return Err(LinkFailed::Token(cloud::CredentialRefused::Shape));
    };
    let writes = vec![
        Write::Forget { key: REFRESH.to_owned() },
        Write::Forget { key: RIGHTS.to_owned() },
        Write::Setting { key: TOKEN_ID.to_owned(), value: id },
        Write::SecretSetting { key: TOKEN.to_owned(), value: Secret::new(token.expose().to_owned()) },
    ];
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
    let code = runtime()?.block_on(web::reset_admin(&Beside(place.clone()), &web::SystemClock))?;
    say(&format!("set-up code: {}", code.reveal()));
    Ok(OK)
}

fn runtime() -> Result<tokio::runtime::Runtime, LinkFailed> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(LinkFailed::System)
}

/// The vault as seen from the console, whether or not the daemon runs: it can only be written.
struct Beside(Place);

impl Beside {
    fn write(&self, writes: Vec<Write>) -> web::Answer<'_, ()> {
        let written = store::write_beside(&self.0.data, store::Batch(writes));
        Box::pin(async { written.map_err(|fault| web::VaultFailed { cause: fault.to_string() }) })
    }
}

impl web::Vault for Beside {
    fn admin(&self) -> web::Answer<'_, web::Admin> {
        Box::pin(async { Ok(web::Admin::default()) })
    }

    fn set_admin(&self, admin: web::Admin) -> web::Answer<'_, ()> {
        self.write(admin_writes(admin))
    }

    fn session(&self, _: web::SessionKey) -> web::Answer<'_, Option<web::SessionRecord>> {
        Box::pin(async { Ok(None) })
    }

    fn touch_session(&self, _: web::SessionKey, _: std::time::SystemTime) -> web::Answer<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn open_session(&self, key: web::SessionKey, session: web::SessionRecord) -> web::Answer<'_, ()> {
        let session = store::Session { key: key.0, opened: session.opened, seen: session.seen };
        self.write(vec![Write::SetSession(session)])
    }

    fn end_session(&self, key: web::SessionKey) -> web::Answer<'_, ()> {
        self.write(vec![Write::EndSession { key: key.0 }])
    }

    fn end_sessions_before(&self, moment: std::time::SystemTime) -> web::Answer<'_, ()> {
        self.write(vec![Write::EndSessionsBefore(moment)])
    }
}

//! Who may come in: set-up, sign-in, sessions.
//!
//! ```text
//! new box ──offer_setup──► code waits ──set_up──► password set ──sign_in──► session
//!                              ▲                        │
//!                              └──────reset_admin───────┘
//! ```

mod attempts;
mod code;
mod password;
mod second;
mod session;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use code::{SetupCode, offer_setup, reset_admin};
pub(crate) use second::Offer;
pub(crate) use session::{GOODBYE, Token};

use crate::vault::{Admin, PasswordHash, SessionKey};
use crate::{Clock, Vault, VaultFailed};
use attempts::Attempts;
use password::{Hashing, Password};

/// The only account until accounts have roles.
const ACCOUNT: &str = "admin";

/// What a browser sends to sign in.
#[derive(serde::Deserialize)]
pub(crate) struct SignIn {
    account: String,
    password: Password,
    /// Of the second factor, where one is on.
    #[serde(default)]
    code: String,
}

/// What a browser sends to set up.
#[derive(serde::Deserialize)]
pub(crate) struct SetUp {
    code: String,
    password: Password,
    repeat: Password,
}

/// Why somebody stays outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SignInRefused {
    /// Account or password is wrong; which one is not said.
    Wrong,
    /// Too many wrong attempts from this address or on this account.
    Locked { wait: Duration },
    /// Too many at once.
    Busy,
    /// The box's fault.
    Vault(VaultFailed),
}

/// Why set-up did not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SetUpRefused {
    Code,
    TooShort,
    TooLong,
    TooSimple,
    Differ,
    /// As for signing in.
    Door(SignInRefused),
}

impl From<VaultFailed> for SignInRefused {
    fn from(failed: VaultFailed) -> Self {
        Self::Vault(failed)
    }
}

impl From<SignInRefused> for SetUpRefused {
    fn from(refused: SignInRefused) -> Self {
        Self::Door(refused)
    }
}

impl From<VaultFailed> for SetUpRefused {
    fn from(failed: VaultFailed) -> Self {
        Self::Door(failed.into())
    }
}

/// The door of the page.
pub(crate) struct Door {
    vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
    attempts: Mutex<Attempts>,
    hashing: Hashing,
    offers: Mutex<second::Offers>,
}

/// Why the second factor stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SecondRefused {
    /// The code is wrong, used or too old.
    Wrong,
    /// Too many tried before, or at once.
    Wait,
    /// The box's fault.
    Vault(VaultFailed),
}

impl From<VaultFailed> for SecondRefused {
    fn from(failed: VaultFailed) -> Self {
        Self::Vault(failed)
    }
}

impl Door {
    pub(crate) fn new(vault: Arc<dyn Vault>, clock: Arc<dyn Clock>) -> Self {
        Self {
            vault,
            clock,
            attempts: Mutex::default(),
            hashing: Hashing::default(),
            offers: Mutex::default(),
        }
    }

    /// Whether a password was ever set.
    pub(crate) async fn is_set_up(&self) -> Result<bool, VaultFailed> {
        Ok(self.vault.admin().await?.password.is_some())
    }

    /// Account and password for a new session.
    pub(crate) async fn sign_in(&self, from: IpAddr, form: SignIn) -> Result<Token, SignInRefused> {
        let now = self.clock.now();
        self.attempts().begin(from, now).map_err(|wait| SignInRefused::Locked { wait })?;
        let turn = self.hashing.turn().await.ok_or(SignInRefused::Busy)?;
        let admin = self.vault.admin().await?;
        // A wrong account takes as long as a wrong password.
        let matches = match admin.password {
            Some(PasswordHash(hash)) => turn.verify(form.password, hash).await,
            None => false,
        };
        if !matches || form.account.trim() != ACCOUNT {
            return Err(SignInRefused::Wrong);
        }
        if admin.second.is_some() && !self.prove(&form.code).await? {
            return Err(SignInRefused::Wrong);
        }
        self.attempts().succeeded(from);
        Ok(session::open(&*self.vault, now).await?)
    }

    /// Uses up a code of the second factor, one browser at a time: of two with the same code one wins.
    async fn prove(&self, typed: &str) -> Result<bool, SignInRefused> {
        let _turn = self.hashing.turn().await.ok_or(SignInRefused::Busy)?;
        let admin = self.vault.admin().await?;
        let now = self.clock.now();
        let Some(left) = admin.second.as_ref().and_then(|second| second::prove(second, typed, now)) else {
            return Ok(false);
        };
        self.vault.set_admin(Admin { second: Some(left), ..admin }).await?;
        Ok(true)
    }

    /// Whether signing in asks for more than the password.
    pub(crate) async fn has_second(&self) -> Result<bool, VaultFailed> {
        Ok(self.vault.admin().await?.second.is_some())
    }

    /// A secret for the telephone of whoever has this session.
    pub(crate) fn offer_second(&self, key: SessionKey) -> Result<Offer, VaultFailed> {
        self.offers().make(key, self.clock.now())
    }

    /// Switches the second factor on once a code proves that the telephone knows it; returns the codes for the paper.
    pub(crate) async fn confirm_second(
        &self,
        key: SessionKey,
        typed: &str,
    ) -> Result<Vec<String>, SecondRefused> {
        let _turn = self.hashing.turn().await.ok_or(SecondRefused::Wait)?;
        let admin = self.vault.admin().await?;
        if admin.second.is_some() {
            return Err(SecondRefused::Wrong);
        }
        let proved = self.offers().confirm(key, typed, self.clock.now())?;
        let (second, codes) = proved.ok_or(SecondRefused::Wrong)?;
        self.vault.set_admin(Admin { second: Some(second), ..admin }).await?;
        Ok(codes.iter().map(|code| code.reveal().to_owned()).collect())
    }

    /// Switches it off for whoever has a code.
    pub(crate) async fn drop_second(&self, from: IpAddr, typed: &str) -> Result<(), SecondRefused> {
        self.attempts().begin(from, self.clock.now()).map_err(|_| SecondRefused::Wait)?;
        let _turn = self.hashing.turn().await.ok_or(SecondRefused::Wait)?;
        let admin = self.vault.admin().await?;
        let proved = admin.second.as_ref().and_then(|second| second::prove(second, typed, self.clock.now()));
        proved.ok_or(SecondRefused::Wrong)?;
        self.vault.set_admin(Admin { second: None, ..admin }).await?;
        self.attempts().succeeded(from);
        Ok(())
    }

    /// Set-up code and new password for the first session.
    pub(crate) async fn set_up(&self, from: IpAddr, form: SetUp) -> Result<Token, SetUpRefused> {
        let now = self.clock.now();
        form.password.judge(&form.repeat)?;
        self.attempts().begin(from, now).map_err(|wait| SignInRefused::Locked { wait })?;
        // One at a time: of two browsers with the same code, the second finds it used.
        let turn = self.hashing.turn().await.ok_or(SignInRefused::Busy)?;
        let admin = self.vault.admin().await?;
        if !admin.setup_code.is_some_and(|hash| code::matches(&form.code, hash)) {
            return Err(SetUpRefused::Code);
        }
        let (turn, hash) = turn.hash(form.password).await?;
        self.vault.end_sessions_before(now).await?;
        self.vault.set_admin(Admin { password: Some(hash), ..Admin::default() }).await?;
        drop(turn);
        self.attempts().succeeded(from);
        Ok(session::open(&*self.vault, now).await?)
    }

    /// The session of this token while it lasts. Asking for a page keeps it alive; watching one does not.
    pub(crate) async fn session(
        &self,
        token: &Token,
        visit: Visit,
    ) -> Result<Option<SessionKey>, VaultFailed> {
        session::find(&*self.vault, token.key(), visit, self.clock.now()).await
    }

    /// Whether a session found earlier still lasts.
    pub(crate) async fn lasts(&self, key: SessionKey) -> bool {
        matches!(session::find(&*self.vault, key, Visit::Watching, self.clock.now()).await, Ok(Some(_)))
    }

    pub(crate) async fn sign_out(&self, key: SessionKey) -> Result<(), VaultFailed> {
        self.vault.end_session(key).await
    }

    fn offers(&self) -> MutexGuard<'_, second::Offers> {
        self.offers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn attempts(&self) -> MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who wants something: the person, or the page by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visit {
    /// A person clicked.
    Asking,
    /// The live stream of an open page.
    Watching,
}

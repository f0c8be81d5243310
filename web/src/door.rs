//! Who may come in: set-up, sign-in, sessions, accounts, tokens.
//!
//! ```text
//! new box ──offer_setup──► code waits ──set_up──► password set ──sign_in──► session
//!                              ▲                        │
//!                              └──────reset_admin───────┘
//! ```

mod accounts;
mod attempts;
mod code;
mod first_run;
mod orders;
mod passkeys;
mod password;
mod second;
mod session;
#[cfg(test)]
mod tests;
mod tokens;
mod who;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

pub(crate) use accounts::{AccountRefused, AccountWish, PasswordRefused};
pub use code::{Reset, SetupCode, offer_setup, reset_admin};
pub(crate) use passkeys::{PasskeyRefused, Site};
pub(crate) use password::Password;
pub(crate) use second::Offer;
pub(crate) use session::{GOODBYE, Token};
pub(crate) use tokens::carried;
pub(crate) use who::{Pass, Visitor, Who};

use crate::charter::Did;
use crate::vault::{Account, Act, Deed, Deeds, Holder, PasswordHash, SessionKey, SessionRecord};
use crate::{Clock, Vault, VaultFailed};
use attempts::Attempts;
use password::{DECOY, Hashing};

/// The account that the set-up code opens.
pub(crate) const FIRST: &str = "admin";
/// Longest address that is written down with a deed, in characters.
const ABOUT: usize = 120;

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
    /// Account, password or code is wrong; which one is not said.
    Wrong,
    /// All is right, but the account's time is over.
    Ended,
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
    ceremonies: Mutex<passkeys::Ceremonies>,
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
            ceremonies: Mutex::default(),
        }
    }

    /// Whether anybody can sign in; while nobody can, everybody is led to the set-up.
    pub(crate) async fn is_set_up(&self) -> Result<bool, VaultFailed> {
        Ok(!self.vault.accounts().await?.is_empty())
    }

    /// Whether a set-up code waits to be used.
    pub(crate) async fn awaits_set_up(&self) -> Result<bool, VaultFailed> {
        Ok(self.vault.setup_code().await?.is_some())
    }

    /// Account, password and code for a new session.
    pub(crate) async fn sign_in(&self, from: &Visitor, form: SignIn) -> Result<Token, SignInRefused> {
        let name = accounts::typed(&form.account);
        let now = self.clock.now();
        self.attempts().begin(from.address, &name, now).map_err(|wait| SignInRefused::Locked { wait })?;
        let judged = self.judge(&name, form).await;
        match judged {
            Ok(account) => {
                self.attempts().succeeded(from.address, &name);
                Ok(self.enter(account, from).await?)
            }
            Err((known, refused)) => {
                if refused == SignInRefused::Wrong {
                    self.wrong(known.then_some(name.as_str()), &name, from, now).await?;
                }
                Err(refused)
            }
        }
    }

    /// A new session for somebody whom another house vouches for. The second factor is that house's matter.
    pub(crate) async fn sign_in_vouched(
        &self,
        from: &Visitor,
        account: &str,
    ) -> Result<Token, SignInRefused> {
        let (name, now) = (accounts::typed(account), self.clock.now());
        match self.vault.account(&name).await? {
            None => {
                self.note("-", from, Act::Refused).await?;
                Err(SignInRefused::Wrong)
            }
            Some(account) if accounts::has_ended(&account, now) => Err(SignInRefused::Ended),
            Some(account) => Ok(self.enter(account, from).await?),
        }
    }

    /// Writes a wrong try down. What somebody typed as a name may be a password in the wrong field, so only a known name
    /// is written.
    async fn wrong(
        &self,
        known: Option<&str>,
        typed: &str,
        from: &Visitor,
        now: SystemTime,
    ) -> Result<(), VaultFailed> {
        let locked = self.attempts().waits(from.address, typed, now).is_some();
        let act = if locked { Act::LockedOut } else { Act::Refused };
        self.note(known.unwrap_or("-"), from, act).await
    }

    /// The account, when everything typed is right; else whether there is one of that name. Each takes the same work.
    async fn judge(&self, name: &str, form: SignIn) -> Result<Account, (bool, SignInRefused)> {
        let ours = |refused: SignInRefused| (false, refused);
        let turn = self.hashing.turn().await.ok_or_else(|| ours(SignInRefused::Busy))?;
        let account = self.vault.account(name).await.map_err(|failed| ours(failed.into()))?;
        let hash = account.as_ref().and_then(|account| account.password.clone());
        let has_password = hash.is_some();
        let hash = hash.map_or_else(|| DECOY.to_owned(), |PasswordHash(hash)| hash);
        let matches = turn.verify(form.password, hash).await;
        let wrong = (account.is_some(), SignInRefused::Wrong);
        let Some(account) = account.filter(|_| matches && has_password) else { return Err(wrong) };
        if account.second.is_some() && !self.prove(name, &form.code).await.map_err(ours)? {
            return Err(wrong);
        }
        match accounts::has_ended(&account, self.clock.now()) {
            true => Err((true, SignInRefused::Ended)),
            false => Ok(account),
        }
    }

    /// A new session for somebody who proved who they are.
    async fn enter(&self, mut account: Account, from: &Visitor) -> Result<Token, VaultFailed> {
        let name = account.name.clone();
        let act = match accounts::recognise(&mut account, from) {
            true => Act::SignedIn,
            false => {
                self.vault.keep_account(account).await?;
                Act::SignedInAnew
            }
        };
        let holder =
            Holder { account: name.clone(), address: from.address.to_string(), agent: from.agent.clone() };
        let token = session::open(&*self.vault, holder, self.clock.now()).await?;
        self.note(&name, from, act).await?;
        Ok(token)
    }

    /// Uses up a code of the second factor, one browser at a time: of two with the same code one wins.
    async fn prove(&self, name: &str, typed: &str) -> Result<bool, SignInRefused> {
        let _turn = self.hashing.turn().await.ok_or(SignInRefused::Busy)?;
        let Some(account) = self.vault.account(name).await? else { return Ok(false) };
        let now = self.clock.now();
        let Some(left) = account.second.as_ref().and_then(|second| second::prove(second, typed, now)) else {
            return Ok(false);
        };
        self.vault.keep_account(Account { second: Some(left), ..account }).await?;
        Ok(true)
    }

    /// Whether the form asks for more than the password: nobody can tell from it whose second factor is on.
    pub(crate) async fn asks_second(&self) -> Result<bool, VaultFailed> {
        Ok(self.vault.accounts().await?.iter().any(|account| account.second.is_some()))
    }

    /// Set-up code and new password for the first session.
    pub(crate) async fn set_up(&self, from: &Visitor, form: SetUp) -> Result<Token, SetUpRefused> {
        let now = self.clock.now();
        form.password.judge(&form.repeat)?;
        self.attempts().begin(from.address, FIRST, now).map_err(|wait| SignInRefused::Locked { wait })?;
        // One at a time: of two browsers with the same code, the second finds it used.
        let turn = self.hashing.turn().await.ok_or(SignInRefused::Busy)?;
        let code = self.vault.setup_code().await?;
        if !code.is_some_and(|hash| code::matches(&form.code, hash)) {
            return Err(SetUpRefused::Code);
        }
        let (turn, hash) = turn.hash(form.password).await?;
        self.end_sessions_of(FIRST).await?;
        self.vault.set_setup_code(None).await?;
        let mut owner = accounts::first(hash);
        accounts::recognise(&mut owner, from);
        self.vault.keep_account(owner).await?;
        drop(turn);
        self.attempts().succeeded(from.address, FIRST);
        let holder = Holder {
            account: FIRST.to_owned(),
            address: from.address.to_string(),
            agent: from.agent.clone(),
        };
        let token = session::open(&*self.vault, holder, now).await?;
        self.note(FIRST, from, Act::SetUp).await?;
        Ok(token)
    }

    /// Whose token this is while it lasts. Asking for a page keeps a session alive; watching one does not.
    pub(crate) async fn session(&self, token: &Token, visit: Visit) -> Result<Option<Who>, VaultFailed> {
        let (key, now) = (token.key(), self.clock.now());
        let Some(session) = session::find(&*self.vault, key, visit, now).await? else { return Ok(None) };
        let account = self.vault.account(&session.holder.account).await?;
        let account = account.filter(|account| !accounts::has_ended(account, now));
        let pass = Pass::Session(key);
        Ok(account.map(|it| Who { account: it.name, role: it.role, user: it.user, pass }))
    }

    /// Whether somebody found earlier may still stay.
    pub(crate) async fn lasts(&self, who: &Who) -> bool {
        match who.pass {
            Pass::Session(key) => {
                let found = session::find(&*self.vault, key, Visit::Watching, self.clock.now()).await;
                matches!(found, Ok(Some(_)))
            }
            Pass::Token(hash, _) => matches!(self.program(hash).await, Ok(Some(_))),
        }
    }

    pub(crate) async fn sign_out(&self, key: SessionKey) -> Result<(), VaultFailed> {
        self.vault.end_session(key).await
    }

    /// Browsers that are signed in, those of one account or all, the latest first.
    pub(crate) async fn sessions(
        &self,
        of: Option<&str>,
    ) -> Result<Vec<(SessionKey, SessionRecord)>, VaultFailed> {
        let now = self.clock.now();
        let mut sessions = self.vault.sessions().await?;
        sessions
            .retain(|(_, it)| !session::is_over(it, now) && of.is_none_or(|name| it.holder.account == name));
        sessions.sort_by_key(|(_, it)| std::cmp::Reverse((it.seen, it.opened)));
        Ok(sessions)
    }

    async fn end_sessions_of(&self, account: &str) -> Result<(), VaultFailed> {
        for (key, session) in self.vault.sessions().await? {
            if session.holder.account == account {
                self.vault.end_session(key).await?;
            }
        }
        Ok(())
    }

    /// Writes down what somebody did on the page.
    pub(crate) async fn did(&self, who: Option<&Who>, from: &Visitor, did: Did) -> Result<(), VaultFailed> {
        self.vault.note(self.deed(who.map_or("console", |who| &who.account), from, did)).await
    }

    /// What is to be written down of it.
    pub(crate) fn deed(&self, who: &str, from: &Visitor, did: Did) -> Deed {
        let act = Act::Did { method: did.method.to_string(), route: did.route.to_owned() };
        let about = did.about.chars().take(ABOUT).collect();
        let (at, from) = (self.clock.now(), from.address.to_string());
        Deed { at, who: who.to_owned(), from, act, about }
    }

    async fn note(&self, who: &str, from: &Visitor, act: Act) -> Result<(), VaultFailed> {
        let (at, who) = (self.clock.now(), who.to_owned());
        let deed = Deed { at, who, from: from.address.to_string(), act, about: from.agent.clone() };
        self.vault.note(deed).await
    }

    pub(crate) async fn deeds(&self, before: Option<u64>) -> Result<Deeds, VaultFailed> {
        self.vault.deeds(before).await
    }

    /// Addresses and accounts that have to wait before they may try again, and until when.
    pub(crate) fn waiting(&self) -> Vec<(String, SystemTime)> {
        self.attempts().waiting(self.clock.now())
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

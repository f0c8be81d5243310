//! What the page must remember over a restart, and where it puts it.
//!
//! Nothing in here opens a door by itself: passwords are argon2id hashes, codes and session tokens SHA-256
//! digests. The page asks the vault at every request, so whatever another process changes there counts at once.

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// What a [`Vault`] gives back: a boxed future, so that the trait stays object safe.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, VaultFailed>> + Send + 'a>>;

/// Keeps the admin's password hash, the set-up code and the sessions.
///
/// Each call is one transaction: once the future is ready with `Ok`, the change survives a power cut.
pub trait Vault: Send + Sync + 'static {
    /// Who may sign in; [`Admin::default`] on a new box.
    fn admin(&self) -> Answer<'_, Admin>;

    /// Replaces who may sign in.
    fn set_admin(&self, admin: Admin) -> Answer<'_, ()>;

    /// The session with this key, if there is one. Its age is judged by the page.
    fn session(&self, key: SessionKey) -> Answer<'_, Option<SessionRecord>>;

    /// Adds a session.
    fn open_session(&self, key: SessionKey, session: SessionRecord) -> Answer<'_, ()>;

    /// Sets [`SessionRecord::seen`] of a session; nothing happens when it has ended meanwhile.
    fn touch_session(&self, key: SessionKey, seen: SystemTime) -> Answer<'_, ()>;

    /// Forgets a session; nothing happens when there is none.
    fn end_session(&self, key: SessionKey) -> Answer<'_, ()>;

    /// Forgets every session opened before `moment`; [`Vault::set_admin`] does not do this by itself.
    fn end_sessions_before(&self, moment: SystemTime) -> Answer<'_, ()>;
}

/// The vault could not do its work: the box's fault (disk full, database damaged).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the vault failed: {cause}")]
pub struct VaultFailed {
    /// What the store said, for the journal; never shown to a browser.
    pub cause: String,
}

/// Who may sign in. A new box has neither; set-up turns the code into a password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Admin {
    /// Set once set-up is done.
    pub password: Option<PasswordHash>,
    /// Set while a set-up code waits to be used.
    pub setup_code: Option<SetupCodeHash>,
    /// Set while signing in asks for more than the password.
    pub second: Option<SecondFactor>,
}

/// What proves, beside the password, who signs in. Not shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct SecondFactor {
    /// What the admin's telephone knows too (RFC 6238).
    pub secret: Vec<u8>,
    /// The last time step of which a code was accepted; none works twice.
    pub used: u64,
    /// SHA-256 of the codes on paper that are left.
    pub paper: Vec<[u8; 32]>,
}

/// An argon2id hash in PHC text form (`$argon2id$v=19$m=...`). Not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

/// SHA-256 of the set-up code. Not shown by `Debug`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SetupCodeHash(pub [u8; 32]);

/// SHA-256 of the token in the browser's cookie. Not shown by `Debug`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionKey(pub [u8; 32]);

/// One signed-in browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionRecord {
    /// When the password was given.
    pub opened: SystemTime,
    /// When the browser last asked for something by itself, to the minute.
    pub seen: SystemTime,
}

/// A vault that forgets everything at the end of the process, for tests and previews.
#[derive(Debug, Default)]
pub struct MemoryVault(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    admin: Admin,
    sessions: HashMap<SessionKey, SessionRecord>,
}

impl MemoryVault {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vault for MemoryVault {
    fn admin(&self) -> Answer<'_, Admin> {
        Box::pin(async { Ok(self.memory().admin.clone()) })
    }

    fn set_admin(&self, admin: Admin) -> Answer<'_, ()> {
        Box::pin(async {
            self.memory().admin = admin;
            Ok(())
        })
    }

    fn session(&self, key: SessionKey) -> Answer<'_, Option<SessionRecord>> {
        Box::pin(async move { Ok(self.memory().sessions.get(&key).copied()) })
    }

    fn open_session(&self, key: SessionKey, session: SessionRecord) -> Answer<'_, ()> {
        Box::pin(async move {
            self.memory().sessions.insert(key, session);
            Ok(())
        })
    }

    fn touch_session(&self, key: SessionKey, seen: SystemTime) -> Answer<'_, ()> {
        Box::pin(async move {
            if let Some(session) = self.memory().sessions.get_mut(&key) {
                session.seen = seen;
            }
            Ok(())
        })
    }

    fn end_session(&self, key: SessionKey) -> Answer<'_, ()> {
        Box::pin(async move {
            self.memory().sessions.remove(&key);
            Ok(())
        })
    }

    fn end_sessions_before(&self, moment: SystemTime) -> Answer<'_, ()> {
        Box::pin(async move {
            self.memory().sessions.retain(|_, session| session.opened >= moment);
            Ok(())
        })
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("PasswordHash(..)")
    }
}

impl fmt::Debug for SecondFactor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SecondFactor(..)")
    }
}

impl fmt::Debug for SetupCodeHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SetupCodeHash(..)")
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SessionKey(..)")
    }
}

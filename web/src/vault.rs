//! What the page must remember over a restart, and where it puts it.
//!
//! Nothing in here opens a door by itself: passwords are argon2id hashes, codes, tokens and sessions SHA-256
//! digests. The page asks the vault at every request, so whatever another process changes there counts at once.

mod memory;
mod records;

use std::pin::Pin;
use std::time::SystemTime;

pub use memory::MemoryVault;
pub use records::{
    Account, Act, Answered, ApiToken, Deed, Deeds, FirstRun, Holder, Order, OrderName, Passkey, Passkeys,
    PasswordHash, Role, Scope, SecondFactor, SessionKey, SessionRecord, SetupCodeHash, Step, TokenHash,
};

/// What a [`Vault`] gives back: a boxed future, so that the trait stays object safe.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, VaultFailed>> + Send + 'a>>;

/// Keeps the set-up code, the accounts with their tokens, the sessions, and who did what.
///
/// Each call is one transaction: once the future is ready with `Ok`, the change survives a power cut.
pub trait Vault: Send + Sync + 'static {
    /// The set-up code that waits to be used, if one does.
    fn setup_code(&self) -> Answer<'_, Option<SetupCodeHash>>;

    /// Replaces it.
    fn set_setup_code(&self, code: Option<SetupCodeHash>) -> Answer<'_, ()>;

    /// How far setting up has come; nothing on a new box.
    fn first_run(&self) -> Answer<'_, FirstRun>;

    /// Replaces it.
    fn keep_first_run(&self, run: FirstRun) -> Answer<'_, ()>;

    /// Everybody who may sign in, by name; nobody on a new box.
    fn accounts(&self) -> Answer<'_, Vec<Account>>;

    /// One of them.
    fn account(&self, name: &str) -> Answer<'_, Option<Account>>;

    /// Adds an account, or replaces the one of the same name.
    fn keep_account(&self, account: Account) -> Answer<'_, ()>;

    /// Forgets an account; its sessions and tokens open nothing from then on.
    fn drop_account(&self, name: &str) -> Answer<'_, ()>;

    /// Every token for programs.
    fn tokens(&self) -> Answer<'_, Vec<(TokenHash, ApiToken)>>;

    /// The token with this digest.
    fn token(&self, hash: TokenHash) -> Answer<'_, Option<ApiToken>>;

    /// Adds a token.
    fn keep_token(&self, hash: TokenHash, token: ApiToken) -> Answer<'_, ()>;

    /// Forgets a token; nothing happens when there is none.
    fn drop_token(&self, hash: TokenHash) -> Answer<'_, ()>;

    /// Every signed-in browser, those included that are too old.
    fn sessions(&self) -> Answer<'_, Vec<(SessionKey, SessionRecord)>>;

    /// The session with this key, if there is one. Its age is judged by the page.
    fn session(&self, key: SessionKey) -> Answer<'_, Option<SessionRecord>>;

    /// Adds a session.
    fn open_session(&self, key: SessionKey, session: SessionRecord) -> Answer<'_, ()>;

    /// Sets [`SessionRecord::seen`] of a session; nothing happens when it has ended meanwhile.
    fn touch_session(&self, key: SessionKey, seen: SystemTime) -> Answer<'_, ()>;

    /// Forgets a session; nothing happens when there is none.
    fn end_session(&self, key: SessionKey) -> Answer<'_, ()>;

    /// Forgets every session opened before `moment`.
    fn end_sessions_before(&self, moment: SystemTime) -> Answer<'_, ()>;

    /// What was asked for under this name.
    fn order(&self, name: OrderName) -> Answer<'_, Option<Order>>;

    /// Everything that was asked for under a name, and when.
    fn orders(&self) -> Answer<'_, Vec<(OrderName, SystemTime)>>;

    /// Writes down an order, in place of what was written of it before.
    fn keep_order(&self, name: OrderName, order: Order) -> Answer<'_, ()>;

    /// Forgets these orders.
    fn drop_orders(&self, names: Vec<OrderName>) -> Answer<'_, ()>;

    /// Writes down who did what. The newest twenty thousand stay.
    fn note(&self, deed: Deed) -> Answer<'_, ()>;

    /// What was written down, the newest first, from where an earlier page ended; a hundred at most.
    fn deeds(&self, before: Option<u64>) -> Answer<'_, Deeds>;
}

/// The vault could not do its work: the box's fault (disk full, database damaged).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the vault failed: {cause}")]
pub struct VaultFailed {
    /// What the store said, for the journal; never shown to a browser.
    pub cause: String,
}

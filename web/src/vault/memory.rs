//! A vault that forgets everything at the end of the process, for tests and previews.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::{
    Account, Answer, ApiToken, Deed, Deeds, FirstRun, Order, OrderName, SessionKey, SessionRecord,
    SetupCodeHash, TokenHash, Vault,
};

/// Deeds on one page.
const PAGE: usize = 100;

/// A vault that forgets everything at the end of the process, for tests and previews.
#[derive(Debug, Default)]
pub struct MemoryVault(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    setup_code: Option<SetupCodeHash>,
    first_run: FirstRun,
    accounts: BTreeMap<String, Account>,
    tokens: HashMap<TokenHash, ApiToken>,
    sessions: HashMap<SessionKey, SessionRecord>,
    deeds: Vec<Deed>,
    orders: HashMap<OrderName, Order>,
}

impl MemoryVault {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now<T: Send + 'static>(&self, act: impl FnOnce(&mut Memory) -> T) -> Answer<'_, T> {
        let done = act(&mut self.memory());
        Box::pin(async move { Ok(done) })
    }
}

impl Vault for MemoryVault {
    fn setup_code(&self) -> Answer<'_, Option<SetupCodeHash>> {
        self.now(|it| it.setup_code)
    }

    fn set_setup_code(&self, code: Option<SetupCodeHash>) -> Answer<'_, ()> {
        self.now(|it| it.setup_code = code)
    }

    fn first_run(&self) -> Answer<'_, FirstRun> {
        self.now(|it| it.first_run.clone())
    }

    fn keep_first_run(&self, run: FirstRun) -> Answer<'_, ()> {
        self.now(|it| it.first_run = run)
    }

    fn accounts(&self) -> Answer<'_, Vec<Account>> {
        self.now(|it| it.accounts.values().cloned().collect())
    }

    fn account(&self, name: &str) -> Answer<'_, Option<Account>> {
        self.now(|it| it.accounts.get(name).cloned())
    }

    fn keep_account(&self, account: Account) -> Answer<'_, ()> {
        self.now(|it| drop(it.accounts.insert(account.name.clone(), account)))
    }

    fn drop_account(&self, name: &str) -> Answer<'_, ()> {
        self.now(|it| drop(it.accounts.remove(name)))
    }

    fn tokens(&self) -> Answer<'_, Vec<(TokenHash, ApiToken)>> {
        self.now(|it| it.tokens.iter().map(|(hash, token)| (*hash, token.clone())).collect())
    }

    fn token(&self, hash: TokenHash) -> Answer<'_, Option<ApiToken>> {
        self.now(|it| it.tokens.get(&hash).cloned())
    }

    fn keep_token(&self, hash: TokenHash, token: ApiToken) -> Answer<'_, ()> {
        self.now(|it| drop(it.tokens.insert(hash, token)))
    }

    fn drop_token(&self, hash: TokenHash) -> Answer<'_, ()> {
        self.now(|it| drop(it.tokens.remove(&hash)))
    }

    fn sessions(&self) -> Answer<'_, Vec<(SessionKey, SessionRecord)>> {
        self.now(|it| it.sessions.iter().map(|(key, session)| (*key, session.clone())).collect())
    }

    fn session(&self, key: SessionKey) -> Answer<'_, Option<SessionRecord>> {
        self.now(|it| it.sessions.get(&key).cloned())
    }

    fn open_session(&self, key: SessionKey, session: SessionRecord) -> Answer<'_, ()> {
        self.now(|it| drop(it.sessions.insert(key, session)))
    }

    fn touch_session(&self, key: SessionKey, seen: SystemTime) -> Answer<'_, ()> {
        self.now(|it| it.sessions.get_mut(&key).into_iter().for_each(|session| session.seen = seen))
    }

    fn end_session(&self, key: SessionKey) -> Answer<'_, ()> {
        self.now(|it| drop(it.sessions.remove(&key)))
    }

    fn end_sessions_before(&self, moment: SystemTime) -> Answer<'_, ()> {
        self.now(|it| it.sessions.retain(|_, session| session.opened >= moment))
    }

    fn order(&self, name: OrderName) -> Answer<'_, Option<Order>> {
        self.now(|it| it.orders.get(&name).cloned())
    }

    fn orders(&self) -> Answer<'_, Vec<(OrderName, SystemTime)>> {
        self.now(|it| it.orders.iter().map(|(name, order)| (*name, order.at)).collect())
    }

    fn keep_order(&self, name: OrderName, order: Order) -> Answer<'_, ()> {
        self.now(|it| drop(it.orders.insert(name, order)))
    }

    fn drop_orders(&self, names: Vec<OrderName>) -> Answer<'_, ()> {
        self.now(|it| it.orders.retain(|name, _| !names.contains(name)))
    }

    fn note(&self, deed: Deed) -> Answer<'_, ()> {
        self.now(|it| it.deeds.push(deed))
    }

    fn deeds(&self, before: Option<u64>) -> Answer<'_, Deeds> {
        self.now(|it| {
            let end =
                before.and_then(|at| usize::try_from(at).ok()).unwrap_or(usize::MAX).min(it.deeds.len());
            let begin = end.saturating_sub(PAGE);
            let deeds = it.deeds.get(begin..end).unwrap_or_default().iter().rev().cloned().collect();
            Deeds { deeds, older: (begin > 0).then_some(begin as u64) }
        })
    }
}

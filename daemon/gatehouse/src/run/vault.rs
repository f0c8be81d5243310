//! The page's vault on top of the store: accounts and tokens sealed, each under a name of its own; sessions and deeds in
//! tables of their own.

use std::sync::Arc;
use std::time::SystemTime;

use account::Secret;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Session, Store, StoreFault, Write, WriteFailed};
use web::{
    Account, Answer, ApiToken, Deed, Deeds, FirstRun, Order, OrderName, SessionKey, SessionRecord,
    SetupCodeHash, TokenHash, VaultFailed,
};

const SETUP_CODE: &str = "page.setup_code";
const FIRST_RUN: &str = "page.first_run";
const ACCOUNT: &str = "page.account/";
const TOKEN: &str = "page.token/";
const ORDER: &str = "page.order/";
/// Deeds on one page.
const DEEDS: u32 = 100;

/// Keeps who may sign in, who is signed in, and who did what.
pub(crate) struct StoreVault(Arc<Store>);

impl StoreVault {
    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self(store)
    }

    /// Runs `work` where waiting for the disk is allowed.
    fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, VaultFailed> + Send + 'static,
    ) -> Answer<'_, T> {
        let store = Arc::clone(&self.0);
        Box::pin(async move {
            let done = tokio::task::spawn_blocking(move || work(&store)).await;
            done.unwrap_or_else(|cause| Err(VaultFailed { cause: cause.to_string() }))
        })
    }

    fn write(&self, write: Result<Write, VaultFailed>) -> Answer<'_, ()> {
        self.with(move |store| store.write(store::Batch(vec![write?])).map_err(failed))
    }

    fn secret<T: DeserializeOwned + Send + 'static>(&self, key: String) -> Answer<'_, Option<T>> {
        self.with(move |store| {
            let found = store.reader().secret_setting(&key).map_err(unread)?;
            found.map(|text| read(&text)).transpose()
        })
    }

    fn secrets<T: DeserializeOwned + Send + 'static>(
        &self,
        begins: &'static str,
    ) -> Answer<'_, Vec<(String, T)>> {
        self.with(move |store| {
            let found = store.reader().secret_settings(begins).map_err(unread)?;
            let named = |(key, text): (String, Secret)| {
                let name = key.strip_prefix(begins).unwrap_or_default().to_owned();
                read(&text).map(|value| (name, value))
            };
            found.into_iter().map(named).collect()
        })
    }
}

impl web::Vault for StoreVault {
    fn setup_code(&self) -> Answer<'_, Option<SetupCodeHash>> {
        let code = self.secret::<[u8; 32]>(SETUP_CODE.to_owned());
        Box::pin(async { Ok(code.await?.map(SetupCodeHash)) })
    }

    fn set_setup_code(&self, code: Option<SetupCodeHash>) -> Answer<'_, ()> {
        self.write(setup_code(code))
    }

    fn first_run(&self) -> Answer<'_, FirstRun> {
        let kept = self.secret(FIRST_RUN.to_owned());
        Box::pin(async { Ok(kept.await?.unwrap_or_default()) })
    }

    fn keep_first_run(&self, run: FirstRun) -> Answer<'_, ()> {
        self.write(kept(FIRST_RUN.to_owned(), &run))
    }

    fn accounts(&self) -> Answer<'_, Vec<Account>> {
        let accounts = self.secrets::<Account>(ACCOUNT);
        Box::pin(async { Ok(accounts.await?.into_iter().map(|(_, account)| account).collect()) })
    }

    fn account(&self, name: &str) -> Answer<'_, Option<Account>> {
        self.secret(format!("{ACCOUNT}{name}"))
    }

    fn keep_account(&self, account: Account) -> Answer<'_, ()> {
        self.write(kept(format!("{ACCOUNT}{}", account.name), &account))
    }

    fn drop_account(&self, name: &str) -> Answer<'_, ()> {
        self.write(Ok(account_gone(name)))
    }

    fn tokens(&self) -> Answer<'_, Vec<(TokenHash, ApiToken)>> {
        let tokens = self.secrets::<ApiToken>(TOKEN);
        let parsed = |(name, token): (String, ApiToken)| Some((TokenHash(from_hex(&name)?), token));
        Box::pin(async move { Ok(tokens.await?.into_iter().filter_map(parsed).collect()) })
    }

    fn token(&self, hash: TokenHash) -> Answer<'_, Option<ApiToken>> {
        self.secret(token_key(hash))
    }

    fn keep_token(&self, hash: TokenHash, token: ApiToken) -> Answer<'_, ()> {
        self.write(kept(token_key(hash), &token))
    }

    fn drop_token(&self, hash: TokenHash) -> Answer<'_, ()> {
        self.write(Ok(Write::Forget { key: token_key(hash) }))
    }

    fn sessions(&self) -> Answer<'_, Vec<(SessionKey, SessionRecord)>> {
        self.with(|store| {
            let found = store.reader().sessions().map_err(unread)?;
            found.into_iter().map(|session| Ok((SessionKey(session.key), record(session)?))).collect()
        })
    }

    fn session(&self, key: SessionKey) -> Answer<'_, Option<SessionRecord>> {
        self.with(move |store| store.reader().session(&key.0).map_err(unread)?.map(record).transpose())
    }

    fn open_session(&self, key: SessionKey, session: SessionRecord) -> Answer<'_, ()> {
        let holder = serde_json::to_value(&session.holder).map_err(unreadable);
        let (opened, seen) = (session.opened, session.seen);
        self.write(holder.map(|holder| Write::SetSession(Session { key: key.0, opened, seen, holder })))
    }

    fn touch_session(&self, key: SessionKey, seen: SystemTime) -> Answer<'_, ()> {
        self.with(move |store| {
            let Some(session) = store.reader().session(&key.0).map_err(unread)? else { return Ok(()) };
            store.write(Write::SetSession(Session { seen, ..session })).map_err(failed)
        })
    }

    fn end_session(&self, key: SessionKey) -> Answer<'_, ()> {
        self.write(Ok(Write::EndSession { key: key.0 }))
    }

    fn end_sessions_before(&self, moment: SystemTime) -> Answer<'_, ()> {
        self.write(Ok(Write::EndSessionsBefore(moment)))
    }

    fn order(&self, name: OrderName) -> Answer<'_, Option<Order>> {
        self.secret(order_key(name))
    }

    fn orders(&self) -> Answer<'_, Vec<(OrderName, SystemTime)>> {
        let all = self.secrets::<Order>(ORDER);
        Box::pin(async {
            let all = all.await?.into_iter();
            Ok(all.filter_map(|(name, order)| Some((OrderName(from_hex(&name)?), order.at))).collect())
        })
    }

    fn keep_order(&self, name: OrderName, order: Order) -> Answer<'_, ()> {
        self.write(kept(order_key(name), &order))
    }

    fn drop_orders(&self, names: Vec<OrderName>) -> Answer<'_, ()> {
        let forget = |name| Write::Forget { key: order_key(name) };
        self.with(move |store| {
            store.write(store::Batch(names.into_iter().map(forget).collect())).map_err(failed)
        })
    }

    fn note(&self, deed: Deed) -> Answer<'_, ()> {
        self.write(serde_json::to_value(&deed).map(Write::Deed).map_err(unreadable))
    }

    fn deeds(&self, before: Option<u64>) -> Answer<'_, Deeds> {
        self.with(move |store| {
            let page = store.reader().deeds(before, DEEDS).map_err(unread)?;
            // One of a later version that this one does not understand is passed over.
            let deeds = page.deeds.into_iter().filter_map(|deed| serde_json::from_value(deed).ok()).collect();
            Ok(Deeds { deeds, older: page.older })
        })
    }
}

/// The row that keeps the set-up code.
pub(crate) fn setup_code(code: Option<SetupCodeHash>) -> Result<Write, VaultFailed> {
    match code {
        Some(SetupCodeHash(hash)) => kept(SETUP_CODE.to_owned(), &hash),
        None => Ok(Write::Forget { key: SETUP_CODE.to_owned() }),
    }
}

/// The row that forgets an account.
pub(crate) fn account_gone(name: &str) -> Write {
    Write::Forget { key: format!("{ACCOUNT}{name}") }
}

fn kept(key: String, value: &impl Serialize) -> Result<Write, VaultFailed> {
    let value = serde_json::to_string(value).map_err(unreadable)?;
    Ok(Write::SecretSetting { key, value: Secret::new(value) })
}

/// One that cannot be read must not pass for one that is not there.
fn read<T: DeserializeOwned>(text: &Secret) -> Result<T, VaultFailed> {
    serde_json::from_str(text.expose()).map_err(unreadable)
}

fn record(Session { opened, seen, holder, .. }: Session) -> Result<SessionRecord, VaultFailed> {
    Ok(SessionRecord { opened, seen, holder: serde_json::from_value(holder).map_err(unreadable)? })
}

fn unreadable(cause: serde_json::Error) -> VaultFailed {
    VaultFailed { cause: cause.to_string() }
}

fn failed(fault: WriteFailed) -> VaultFailed {
    VaultFailed { cause: fault.to_string() }
}

fn unread(fault: StoreFault) -> VaultFailed {
    VaultFailed { cause: fault.to_string() }
}

fn token_key(TokenHash(hash): TokenHash) -> String {
    named(TOKEN, &hash)
}

fn order_key(OrderName(hash): OrderName) -> String {
    named(ORDER, &hash)
}

fn named(kind: &str, hash: &[u8; 32]) -> String {
    hash.iter().fold(kind.to_owned(), |name, byte| format!("{name}{byte:02x}"))
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let byte = |place: usize| u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..text.len() / 2).map(byte).collect();
    bytes?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use web::TokenHash;

    use super::{TOKEN, from_hex, token_key};

    #[test]
    fn a_hash_survives_being_written_as_text() {
        let hash: [u8; 32] = std::array::from_fn(|n| u8::try_from(n * 7).unwrap());
        assert_eq!(from_hex(token_key(TokenHash(hash)).strip_prefix(TOKEN).unwrap()), Some(hash));
        assert_eq!(from_hex("00"), None);
        assert_eq!(from_hex(&"zz".repeat(32)), None);
    }
}

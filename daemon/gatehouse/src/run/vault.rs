//! The page's vault on top of the store.

use std::sync::Arc;
use std::time::SystemTime;

use account::Secret;
use store::{Session, Store, StoreFault, Write, WriteFailed};
use web::{Admin, Answer, PasswordHash, SessionKey, SessionRecord, SetupCodeHash, VaultFailed};

const PASSWORD: &str = "admin.password";
const SETUP_CODE: &str = "admin.setup_code";
const SECOND: &str = "admin.second_factor";

/// Keeps who may sign in, and who is signed in.
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

    fn write(&self, writes: Vec<Write>) -> Answer<'_, ()> {
        self.with(move |store| store.write(store::Batch(writes)).map_err(failed))
    }
}

impl web::Vault for StoreVault {
    fn admin(&self) -> Answer<'_, Admin> {
        self.with(|store| {
            let read = |key| store.reader().secret_setting(key).map_err(unread);
            let password = read(PASSWORD)?.map(|hash| PasswordHash(hash.expose().to_owned()));
            let setup_code = read(SETUP_CODE)?.and_then(|code| from_hex(code.expose())).map(SetupCodeHash);
            // One that cannot be read must not open the door with the password alone.
            let unreadable = |cause: serde_json::Error| VaultFailed { cause: cause.to_string() };
            let second = read(SECOND)?.map(|text| serde_json::from_str(text.expose()).map_err(unreadable));
            Ok(Admin { password, setup_code, second: second.transpose()? })
        })
    }

    fn set_admin(&self, admin: Admin) -> Answer<'_, ()> {
        self.write(admin_writes(admin))
    }

    fn session(&self, key: SessionKey) -> Answer<'_, Option<SessionRecord>> {
        self.with(move |store| {
            let found = store.reader().session(&key.0).map_err(unread)?;
            Ok(found.map(|session| SessionRecord { opened: session.opened, seen: session.seen }))
        })
    }

    fn touch_session(&self, key: SessionKey, seen: SystemTime) -> Answer<'_, ()> {
        self.with(move |store| {
            let Some(session) = store.reader().session(&key.0).map_err(unread)? else { return Ok(()) };
            store.write(Write::SetSession(Session { seen, ..session })).map_err(failed)
        })
    }

    fn open_session(&self, key: SessionKey, session: SessionRecord) -> Answer<'_, ()> {
        let session = Session { key: key.0, opened: session.opened, seen: session.seen };
        self.write(vec![Write::SetSession(session)])
    }

    fn end_session(&self, key: SessionKey) -> Answer<'_, ()> {
        self.write(vec![Write::EndSession { key: key.0 }])
    }

    fn end_sessions_before(&self, moment: SystemTime) -> Answer<'_, ()> {
        self.write(vec![Write::EndSessionsBefore(moment)])
    }
}

/// The rows that say who may sign in.
pub(crate) fn admin_writes(admin: Admin) -> Vec<Write> {
    let keep = |key: &str, value: Option<String>| match value {
        Some(value) => Write::SecretSetting { key: key.to_owned(), value: Secret::new(value) },
        None => Write::Forget { key: key.to_owned() },
    };
    let code = admin.setup_code.map(|SetupCodeHash(hash)| to_hex(&hash));
    let second = admin.second.and_then(|second| serde_json::to_string(&second).ok());
    vec![keep(PASSWORD, admin.password.map(|hash| hash.0)), keep(SETUP_CODE, code), keep(SECOND, second)]
}

fn failed(fault: WriteFailed) -> VaultFailed {
    VaultFailed { cause: fault.to_string() }
}

fn unread(fault: StoreFault) -> VaultFailed {
    VaultFailed { cause: fault.to_string() }
}

fn to_hex(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let byte = |place: usize| u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..text.len() / 2).map(byte).collect();
    bytes?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::{from_hex, to_hex};

    #[test]
    fn a_hash_survives_being_written_as_text() {
        let hash: [u8; 32] = std::array::from_fn(|n| u8::try_from(n * 7).unwrap());
        assert_eq!(from_hex(&to_hex(&hash)), Some(hash));
        assert_eq!(from_hex("00"), None);
        assert_eq!(from_hex(&"zz".repeat(32)), None);
    }
}

//! Passkeys: a key in somebody's device that proves who they are, instead of password and code (WebAuthn Level 3).
//!
//! The device asks for a finger, a face or a number itself (user verification is required), so a passkey is two factors
//! at once. It is bound to the name under which the box was opened; under a bare address there are none.

use std::net::IpAddr;
use std::sync::{MutexGuard, PoisonError};
use std::time::SystemTime;

use axum::http::HeaderMap;
use axum::http::header::ORIGIN;
use webauthn_rp::bin::{Decode as _, Encode as _};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    CredProtect, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle64, Username,
};
use webauthn_rp::request::{AsciiDomain, FixedCapHashSet, InsertResult, PublicKeyCredentialDescriptor, RpId};
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication64, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration,
    RegistrationServerState,
};

use super::accounts::has_ended;
use super::password::Password;
use super::{Door, SignInRefused, Token, Visitor, Who};
use crate::VaultFailed;
use crate::vault::{Account, Passkey};

/// Of one account.
const MOST: usize = 10;
/// Browsers that were asked for a key and have not answered; when there are more, all begin again.
const WAITING: usize = 256;

/// A public key as it is kept.
type Key = StaticState<CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>>;

/// Why a passkey was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PasskeyRefused {
    /// The password is wrong.
    Wrong,
    /// What the browser sent proves nothing.
    Unproven,
    /// There are enough.
    TooMany,
    /// Too many tried before, or at once.
    Wait,
    /// The box's fault.
    Vault(VaultFailed),
}

impl From<VaultFailed> for PasskeyRefused {
    fn from(failed: VaultFailed) -> Self {
        Self::Vault(failed)
    }
}

/// Where a browser sees the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    host: String,
    origin: String,
}

impl Site {
    /// `None` under a bare address, and under a name that is not the box's.
    pub(crate) fn of(headers: &HeaderMap, names: &[String]) -> Option<Self> {
        let origin = headers.get(ORIGIN)?.to_str().ok()?;
        let authority = origin.strip_prefix("https://")?;
        let host = authority.split_once(':').map_or(authority, |(host, _)| host).to_ascii_lowercase();
        let ours = names.iter().any(|name| name.eq_ignore_ascii_case(&host));
        let named = ours && host.parse::<IpAddr>().is_err();
        named.then(|| Self { host, origin: origin.to_owned() })
    }

    fn party(&self) -> Option<RpId> {
        AsciiDomain::try_from(self.host.clone()).ok().map(RpId::Domain)
    }
}

/// Questions that are out.
pub(super) struct Ceremonies {
    making: FixedCapHashSet<RegistrationServerState<64>>,
    proving: FixedCapHashSet<DiscoverableAuthenticationServerState>,
}

impl Default for Ceremonies {
    fn default() -> Self {
        Self { making: FixedCapHashSet::new(WAITING), proving: FixedCapHashSet::new(WAITING) }
    }
}

impl Door {
    /// Asks a browser to make a key, for whoever proves the password once more: a session that was stolen makes none.
    pub(crate) async fn ask_for_passkey(
        &self,
        who: &Who,
        from: &Visitor,
        site: &Site,
        password: Password,
    ) -> Result<String, PasskeyRefused> {
        self.attempts()
            .begin(from.address, &who.account, self.clock.now())
            .map_err(|_| PasskeyRefused::Wait)?;
        let turn = self.hashing.turn().await.ok_or(PasskeyRefused::Wait)?;
        let mut account = self.vault.account(&who.account).await?.ok_or(PasskeyRefused::Wrong)?;
        let hash = account.password.clone().ok_or(PasskeyRefused::Wrong)?;
        if !turn.verify(password, hash.0).await {
            return Err(PasskeyRefused::Wrong);
        }
        self.attempts().succeeded(from.address, &who.account);
        if account.passkeys.keys.len() >= MOST {
            return Err(PasskeyRefused::TooMany);
        }
        if account.passkeys.handle.len() != 64 {
            account.passkeys.handle = UserHandle64::new().encode().map_or(Vec::new(), |it| it.to_vec());
            self.vault.keep_account(account.clone()).await?;
        }
        self.creation(&account, site).ok_or(PasskeyRefused::Unproven)
    }

    fn creation(&self, account: &Account, site: &Site) -> Option<String> {
        let (party, handle) = (site.party()?, handle(account)?);
        let name = Username::try_from(account.name.as_str()).ok()?;
        let user = PublicKeyCredentialUserEntity { name, id: &handle, display_name: None };
        let known = account.passkeys.keys.iter().filter(|key| key.host == site.host);
        let known = known.filter_map(|key| CredentialId::decode(key.id.clone()).ok());
        // By which way a device can be reached the browser finds out by itself.
        let transports = AuthTransports::decode(0).ok()?;
        let known = known.map(|id| PublicKeyCredentialDescriptor { id, transports });
        let mut options = PublicKeyCredentialCreationOptions::passkey(&party, user, known.collect());
        // Devices without that extension, most of those built into computers, would refuse. The person is asked for each
        // time anyway.
        options.extensions.cred_protect = CredProtect::None;
        let (server, client) = options.start_ceremony().ok()?;
        let mut ceremonies = self.ceremonies();
        if ceremonies.making.len() >= WAITING {
            ceremonies.making.clear();
        }
        let kept = ceremonies.making.insert_or_replace_all_expired(server);
        matches!(kept, InsertResult::Success).then(|| serde_json::to_string(&client).ok()).flatten()
    }

    /// Keeps the key that a browser made when asked.
    pub(crate) async fn keep_passkey(
        &self,
        who: &Who,
        from: &Visitor,
        site: &Site,
        made: &[u8],
    ) -> Result<(), PasskeyRefused> {
        let made = Registration::from_json_relaxed(made).map_err(|_| PasskeyRefused::Unproven)?;
        let now = self.clock.now();
        let _turn = self.hashing.turn().await.ok_or(PasskeyRefused::Wait)?;
        let mut account = self.vault.account(&who.account).await?.ok_or(PasskeyRefused::Unproven)?;
        let key = self.made(&account, from, site, &made, now).ok_or(PasskeyRefused::Unproven)?;
        if account.passkeys.keys.len() >= MOST {
            return Err(PasskeyRefused::TooMany);
        }
        account.passkeys.keys.push(key);
        Ok(self.vault.keep_account(account).await?)
    }

    /// The key in what a browser sent, if it was asked for by this account, here, and is new.
    fn made(
        &self,
        account: &Account,
        from: &Visitor,
        site: &Site,
        made: &Registration,
        now: SystemTime,
    ) -> Option<Passkey> {
        let asked = self.ceremonies().making.take(&made.challenge_relaxed().ok()?)?;
        let origins = [site.origin.as_str()];
        let options = RegistrationVerificationOptions::<&str, &str> {
            allowed_origins: &origins,
            ..RegistrationVerificationOptions::default()
        };
        let proved = asked.verify(&site.party()?, made, &options).ok()?;
        let id = proved.id().inner().to_vec();
        let own = *proved.user_id() == handle(account)?;
        let new = account.passkeys.keys.iter().all(|key| key.id != id);
        (own && new).then_some(Passkey {
            id,
            name: from.agent.clone(),
            host: site.host.clone(),
            public: proved.static_state().encode().ok()?,
            state: proved.dynamic_state().encode().ok()?.to_vec(),
            made: now,
            used: None,
        })
    }

    /// Forgets a key of one's own; nothing happens when there is none.
    pub(crate) async fn drop_passkey(&self, who: &Who, id: &[u8]) -> Result<(), VaultFailed> {
        let Some(mut account) = self.vault.account(&who.account).await? else { return Ok(()) };
        account.passkeys.keys.retain(|key| key.id != id);
        self.vault.keep_account(account).await
    }

    /// Whether anybody could sign in with a key: nobody can tell whose it is.
    pub(crate) async fn knows_passkeys(&self) -> Result<bool, VaultFailed> {
        Ok(self.vault.accounts().await?.iter().any(|account| !account.passkeys.keys.is_empty()))
    }

    /// Asks a browser for a key, whosever it has.
    pub(crate) fn ask_for_proof(&self, site: &Site) -> Option<String> {
        let party = site.party()?;
        let (server, client) = DiscoverableCredentialRequestOptions::passkey(&party).start_ceremony().ok()?;
        let mut ceremonies = self.ceremonies();
        if ceremonies.proving.len() >= WAITING {
            ceremonies.proving.clear();
        }
        let kept = ceremonies.proving.insert_or_replace_all_expired(server);
        matches!(kept, InsertResult::Success).then(|| serde_json::to_string(&client).ok()).flatten()
    }

    /// A new session for whoever proves to have a key.
    pub(crate) async fn sign_in_with_passkey(
        &self,
        from: &Visitor,
        site: &Site,
        proof: &[u8],
    ) -> Result<Token, SignInRefused> {
        let now = self.clock.now();
        let proof =
            DiscoverableAuthentication64::from_json_relaxed(proof).map_err(|_| SignInRefused::Wrong)?;
        let handle = proof.response().user_handle().encode().map_or(Vec::new(), |it| it.to_vec());
        let accounts = self.vault.accounts().await?;
        let named = accounts.into_iter().find(|it| !handle.is_empty() && it.passkeys.handle == handle);
        let name = named.as_ref().map(|account| account.name.clone()).unwrap_or_default();
        self.attempts().begin(from.address, &name, now).map_err(|wait| SignInRefused::Locked { wait })?;
        let proved = named.and_then(|account| self.proved(account, site, &proof, now));
        let Some(account) = proved else {
            self.wrong(Some(name.as_str()).filter(|name| !name.is_empty()), &name, from, now).await?;
            return Err(SignInRefused::Wrong);
        };
        self.attempts().succeeded(from.address, &name);
        if has_ended(&account, now) {
            return Err(SignInRefused::Ended);
        }
        self.vault.keep_account(account.clone()).await?;
        Ok(self.enter(account, from).await?)
    }

    /// The account as it is after its key was used, if the proof is one.
    fn proved(
        &self,
        mut account: Account,
        site: &Site,
        proof: &DiscoverableAuthentication64,
        now: SystemTime,
    ) -> Option<Account> {
        let asked = self.ceremonies().proving.take(&proof.challenge_relaxed().ok()?)?;
        let handle = handle(&account)?;
        let id = proof.raw_id();
        let key =
            account.passkeys.keys.iter_mut().find(|key| key.id == id.as_ref() && key.host == site.host)?;
        let public = Key::decode(&key.public).ok()?;
        let state = DynamicState::decode(key.state.as_slice().try_into().ok()?).ok()?;
        let mut known = AuthenticatedCredential::new(id, &handle, public, state).ok()?;
        let origins = [site.origin.as_str()];
        let options = AuthenticationVerificationOptions::<&str, &str> {
            allowed_origins: &origins,
            ..AuthenticationVerificationOptions::default()
        };
        asked.verify(&site.party()?, proof, &mut known, &options).ok()?;
        key.state = known.dynamic_state().encode().ok()?.to_vec();
        key.used = Some(now);
        Some(account)
    }

    fn ceremonies(&self) -> MutexGuard<'_, Ceremonies> {
        self.ceremonies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn handle(account: &Account) -> Option<UserHandle64> {
    let bytes: [u8; 64] = account.passkeys.handle.as_slice().try_into().ok()?;
    UserHandle64::decode(bytes).ok()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::Site;

    #[test]
    fn keys_are_for_names_of_the_box_alone() {
        let names = ["gatehouse.local", "192.0.2.1"].map(str::to_owned);
        let site = |origin: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("origin", origin.parse().unwrap());
            Site::of(&headers, &names).map(|site| site.host)
        };
        for origin in ["https://gatehouse.local", "https://Gatehouse.local:8443"] {
            assert_eq!(site(origin).as_deref(), Some("gatehouse.local"), "{origin}");
        }
        for origin in [
            "http://gatehouse.local",
            "https://192.0.2.1:8443",
            "https://evil.example",
            "null",
            "https://[::1]",
        ] {
            assert_eq!(site(origin), None, "{origin}");
        }
        assert_eq!(Site::of(&HeaderMap::new(), &names), None);
    }
}

//! The way into the account: a token made by hand, or a login that is kept alive.

use std::path::Path;
use std::sync::Arc;

use account::Secret;
use cloud::{Attempt, Client, Credential, CredentialRefused, Limits, Login, LoginConfig};
use rustls::RootCertStore;
use store::{Store, Write};
use tokio::time::Instant;

use super::SyncFailed;
use crate::config::Cloud;

/// Where the token stands in the store once the account was linked.
pub(super) const TOKEN: &str = "cloud.token";
pub(super) const TOKEN_ID: &str = "cloud.token_id";
/// Where what a login left stands in the store: what buys the next access token, and the rights that were granted.
pub(super) const REFRESH: &str = "cloud.refresh_token";
pub(super) const RIGHTS: &str = "cloud.rights";

/// What keeps a token made by hand, and forgets the login before it. `typed` is `id:token`, or the token alone.
pub(crate) fn token_kept(typed: &str, id: &str) -> Result<Vec<Write>, CredentialRefused> {
    let Credential::PersonalToken { id, token } = Credential::parse_line(typed, id)? else {
        return Err(CredentialRefused::Shape);
    };
    Ok(vec![
        Write::Forget { key: REFRESH.to_owned() },
        Write::Forget { key: RIGHTS.to_owned() },
        Write::Setting { key: TOKEN_ID.to_owned(), value: id },
        Write::SecretSetting { key: TOKEN.to_owned(), value: token },
    ])
}

/// The client in use, what it was made of, and when that has to be exchanged.
#[derive(Default)]
pub(super) struct WayIn {
    client: Option<(Credential, Client)>,
    /// A login: when its access token is half used up, and when it ends.
    pub(super) access: Option<(Instant, Instant)>,
    /// Somebody is on the cloud's page, until then.
    pub(super) attempt: Option<(Attempt, Instant)>,
}

/// What the box has been given to get in.
pub(super) enum Given {
    /// A token.
    Token(Credential),
    /// What buys the next access token.
    Login(Secret),
}

impl WayIn {
    /// The client; the one before as long as the credential is the same, since it knows the pace.
    pub(super) fn client(&mut self, config: &Cloud, credential: Credential) -> Result<Client, SyncFailed> {
        if let Some((known, client)) = &self.client
            && *known == credential
        {
            return Ok(client.clone());
        }
        let limits = Limits::default();
        let (api, authorities) = (config.api.clone(), authorities(config)?);
        let config = cloud::Config { api, credential: credential.clone(), limits, authorities };
        let client = Client::new(config)?;
        self.client = Some((credential, client.clone()));
        Ok(client)
    }

    /// The client of a login whose access token is good now.
    pub(super) fn logged_in(&self, now: Instant) -> Option<Client> {
        let (_, end) = self.access?;
        self.client.as_ref().filter(|_| end > now).map(|(_, client)| client.clone())
    }

    /// A new access token: rounds under way go on with it.
    pub(super) fn renew(&mut self, config: &Cloud, credential: Credential) -> Result<Client, SyncFailed> {
        match &mut self.client {
            Some((known @ Credential::Bearer(_), client)) => {
                client.renew(&credential)?;
                *known = credential;
                Ok(client.clone())
            }
            _ => self.client(config, credential),
        }
    }
}

/// The way to log in, when the configuration names a client.
pub(super) async fn login(config: &Cloud) -> Result<Login, SyncFailed> {
    let config = config.clone();
    let made = tokio::task::spawn_blocking(move || {
        let secret = config.client_secret_file.as_deref().map(secret).transpose()?;
        let authorities = authorities(&config)?;
        let client = config.client_id.ok_or(SyncFailed::NoClient)?;
        let login = LoginConfig { realm: config.login, client, secret, redirect: config.redirect };
        Ok(Login::new(login, &Limits::default(), authorities)?)
    });
    made.await.unwrap_or(Err(SyncFailed::Stopped))
}

/// The token file wins over the store, and is read anew each time so that a new token needs no restart.
pub(super) async fn given(store: &Arc<Store>, config: &Cloud) -> Result<Given, SyncFailed> {
    let (store, config) = (Arc::clone(store), config.clone());
    let read = tokio::task::spawn_blocking(move || match &config.token_file {
        Some(path) => from_file(path, &config.token_id).map(Given::Token),
        None => from_store(&store),
    });
    read.await.unwrap_or(Err(SyncFailed::Stopped))
}

fn from_file(path: &Path, token_id: &str) -> Result<Credential, SyncFailed> {
    let wrong = |cause: String| SyncFailed::TokenFile { path: crate::run::shown(path), cause };
    let line = std::fs::read_to_string(path).map_err(|fault| wrong(fault.to_string()))?;
    Credential::parse_line(&line, token_id).map_err(|fault| wrong(fault.to_string()))
}

/// Whom the house trusts besides the public authorities.
fn authorities(config: &Cloud) -> Result<RootCertStore, SyncFailed> {
    let read = config.authorities.as_deref().map(certificates::authorities).transpose();
    let wrong =
        |refused: certificates::InstalledRefused| SyncFailed::Authorities { cause: refused.to_string() };
    read.map(|roots| roots.unwrap_or_else(RootCertStore::empty)).map_err(wrong)
}

fn secret(path: &Path) -> Result<Secret, SyncFailed> {
    let wrong = |cause: String| SyncFailed::TokenFile { path: crate::run::shown(path), cause };
    let line = std::fs::read_to_string(path).map_err(|fault| wrong(fault.to_string()))?;
    Ok(Secret::new(line.trim().to_owned()))
}

fn from_store(store: &Store) -> Result<Given, SyncFailed> {
    let reader = store.reader();
    let kept = |key| reader.secret_setting(key).ok().flatten();
    if let Some(refresh) = kept(REFRESH) {
        return Ok(Given::Login(Secret::new(refresh.expose().to_owned())));
    }
    let id = reader.setting(TOKEN_ID).ok().flatten();
    let (id, token) = id.zip(kept(TOKEN)).ok_or(SyncFailed::NotLinked)?;
    Ok(Given::Token(Credential::PersonalToken { id, token: Secret::new(token.expose().to_owned()) }))
}

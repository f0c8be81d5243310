//! The way into the account: the credential, and the client made of it, kept as long as neither changes.

use std::path::Path;
use std::sync::Arc;

use account::Secret;
use cloud::{Client, Credential, Limits};
use store::Store;

use super::SyncFailed;
use crate::config::Cloud;

/// Where the token stands in the store once the account was linked.
pub(crate) const TOKEN: &str = "cloud.token";
pub(crate) const TOKEN_ID: &str = "cloud.token_id";

/// The client in use and the credential it was made of.
#[derive(Default)]
pub(super) struct WayIn(Option<(Credential, Client)>);

impl WayIn {
    /// The client; the one before as long as the credential is the same, since it knows the pace.
    pub(super) fn client(&mut self, config: &Cloud, credential: Credential) -> Result<Client, SyncFailed> {
        if let Some((known, client)) = &self.0
            && *known == credential
        {
            return Ok(client.clone());
        }
        let limits = Limits::default();
        let config = cloud::Config { api: config.api.clone(), credential: credential.clone(), limits };
        let client = Client::new(config)?;
        self.0 = Some((credential, client.clone()));
        Ok(client)
    }
}

/// The token file wins over the store, and is read anew each time so that a new token needs no restart.
pub(super) async fn credential(store: &Arc<Store>, config: &Cloud) -> Result<Credential, SyncFailed> {
    let (store, config) = (Arc::clone(store), config.clone());
    let read = tokio::task::spawn_blocking(move || match &config.token_file {
        Some(path) => from_file(path, &config.token_id),
        None => from_store(&store),
    });
    read.await.unwrap_or(Err(SyncFailed::Stopped))
}

fn from_file(path: &Path, token_id: &str) -> Result<Credential, SyncFailed> {
    let wrong = |cause: String| SyncFailed::TokenFile { path: crate::run::shown(path), cause };
    let line = std::fs::read_to_string(path).map_err(|fault| wrong(fault.to_string()))?;
    Credential::parse_line(&line, token_id).map_err(|fault| wrong(fault.to_string()))
}

fn from_store(store: &Store) -> Result<Credential, SyncFailed> {
    let reader = store.reader();
    let id = reader.setting(TOKEN_ID).ok().flatten();
    let token = reader.secret_setting(TOKEN).ok().flatten();
    let (id, token) = id.zip(token).ok_or(SyncFailed::NotLinked)?;
    Ok(Credential::PersonalToken { id, token: Secret::new(token.expose().to_owned()) })
}

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

/// The client in use and what it was made of.
#[derive(Default)]
pub(super) struct WayIn {
    made: Option<Made>,
}

struct Made {
    credential: Credential,
    each_minute: u32,
    client: Client,
    /// Whether it was seen that this credential leads to the mirrored account.
    proven: bool,
}

impl WayIn {
    /// The client for an account of this many users, and whether the account behind it must be looked at first.
    pub(super) fn client(
        &mut self,
        config: &Cloud,
        credential: Credential,
        users: usize,
    ) -> Result<(Client, bool), SyncFailed> {
        let limits = Limits::for_users(users);
        if let Some(made) = &self.made
            && made.credential == credential
            && made.each_minute == limits.each_minute
        {
            return Ok((made.client.clone(), !made.proven));
        }
        let known = self.made.as_ref().is_some_and(|made| made.proven && made.credential == credential);
        let config = cloud::Config { api: config.api.clone(), credential: credential.clone(), limits };
        let client = Client::new(config)?;
        let each_minute = limits.each_minute;
        self.made = Some(Made { credential, each_minute, client: client.clone(), proven: known });
        Ok((client, !known))
    }

    /// The credential leads to the mirrored account.
    pub(super) fn proven(&mut self) {
        if let Some(made) = &mut self.made {
            made.proven = true;
        }
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

//! Logging in at the cloud, and staying so: the next refresh token is on disk before the access token beside it is used.
//!
//! A power cut between the cloud's answer and the disk ends the login, since the cloud takes each refresh token once;
//! the box then says so and has to be linked again.

use std::sync::Arc;
use std::time::Duration;

use account::Secret;
use cloud::{Client, Credential, LoginFailed, Tokens};
use serde_json::{Value, json};
use store::{Batch, Write};
use tokio::time::Instant;

use super::way_in::{self, Given, REFRESH, RIGHTS, TOKEN, TOKEN_ID};
use super::{Mirroring, SyncFailed};

/// Somebody who went to the cloud's page is waited for this long.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// When the cloud's login page does not answer.
const TRY_AGAIN: Duration = Duration::from_secs(20);

impl Mirroring {
    pub(super) async fn client(&mut self) -> Result<Client, SyncFailed> {
        match way_in::given(&self.store, &self.config).await? {
            Given::Token(credential) => {
                self.way_in.access = None;
                self.way_in.client(&self.config, credential)
            }
            Given::Login(refresh) => match self.way_in.logged_in(Instant::now()) {
                Some(client) => Ok(client),
                None => self.renew(&refresh).await,
            },
        }
    }

    /// When a login has to be renewed.
    pub(super) fn renew_at(&self) -> Option<Instant> {
        self.way_in.access.map(|(half, _)| half)
    }

    /// Renews a login in time, so that no round is refused half-way.
    pub(super) async fn stay_logged_in(&mut self) {
        if self.renew_at().is_none_or(|at| at > Instant::now()) {
            return;
        }
        let renewed = match way_in::given(&self.store, &self.config).await {
            Ok(Given::Login(refresh)) => self.renew(&refresh).await.map(|_| ()),
            Ok(Given::Token(_)) => {
                self.way_in.access = None;
                Ok(())
            }
            Err(why) => Err(why),
        };
        if let Err(why) = renewed {
            // Whoever needs it meanwhile hears why it failed.
            self.way_in.access = self.way_in.access.map(|(_, end)| (Instant::now() + TRY_AGAIN, end));
            if why == SyncFailed::Login(LoginFailed::Ended) {
                self.way_in.access = None;
                self.failed(why);
            }
        }
    }

    async fn renew(&mut self, refresh: &Secret) -> Result<Client, SyncFailed> {
        let login = way_in::login(&self.config).await?;
        let tokens = login.refresh(refresh).await?;
        self.keep_login(&tokens, Vec::new()).await?;
        self.let_in(tokens)
    }

    /// On disk first: from here on the refresh token before is worth nothing.
    async fn keep_login(&self, tokens: &Tokens, mut writes: Vec<Write>) -> Result<(), SyncFailed> {
        if let Some(refresh) = &tokens.refresh {
            let value = Secret::new(refresh.expose().to_owned());
            writes.push(Write::SecretSetting { key: REFRESH.to_owned(), value });
        }
        if !tokens.rights.is_empty() {
            let rights = tokens.rights.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
            writes.push(Write::Setting { key: RIGHTS.to_owned(), value: rights });
        }
        let store = Arc::clone(&self.store);
        let saved = tokio::task::spawn_blocking(move || store.write(Batch(writes))).await;
        Ok(saved.map_err(|_| SyncFailed::Stopped)??)
    }

    fn let_in(&mut self, tokens: Tokens) -> Result<Client, SyncFailed> {
        let now = Instant::now();
        self.way_in.access = Some((now + tokens.lives / 2, now + tokens.lives * 9 / 10));
        self.way_in.renew(&self.config, Credential::Bearer(tokens.access))
    }

    /// Where the admin's browser has to go.
    pub(super) async fn begin_login(&mut self) -> Result<Value, String> {
        let mut randomness = [0; 64];
        getrandom::fill(&mut randomness).map_err(|fault| fault.to_string())?;
        let login = way_in::login(&self.config).await.map_err(|why| why.to_string())?;
        let attempt = login.begin(&randomness, mirror::reading_rights().into_iter());
        let address = attempt.address.clone();
        self.way_in.attempt = Some((attempt, Instant::now() + PATIENCE));
        Ok(json!({"schema": "login/1", "address": address, "seconds": PATIENCE.as_secs()}))
    }

    /// The browser is back. The attempt is spent, whatever comes of it, unless it was another one's answer.
    pub(super) async fn end_login(&mut self, address: &str) -> Result<Value, String> {
        let attempt = self.way_in.attempt.take().filter(|(_, until)| *until > Instant::now());
        let (attempt, until) = attempt.ok_or_else(|| LoginFailed::Stranger.to_string())?;
        let code = match attempt.code(address) {
            Err(LoginFailed::Stranger) => {
                self.way_in.attempt = Some((attempt, until));
                return Err(LoginFailed::Stranger.to_string());
            }
            code => code.map_err(|why| why.to_string())?,
        };
        let logged_in = async {
            let login = way_in::login(&self.config).await?;
            let tokens = login.redeem(&attempt, &code).await?;
            if tokens.refresh.is_none() {
                // It would end within minutes.
                return Err(SyncFailed::Login(LoginFailed::Client));
            }
            let forget = |key: &str| Write::Forget { key: key.to_owned() };
            self.keep_login(&tokens, vec![forget(TOKEN), forget(TOKEN_ID)]).await?;
            self.let_in(tokens)
        };
        logged_in.await.map_err(|why| why.to_string())?;
        self.lanes.hurry();
        self.history.hurry();
        Ok(json!({ "schema": "linked/1" }))
    }

    /// Keeps a token made by hand, and reads the account with it.
    pub(super) async fn link(&mut self, id: &str, token: &web::CloudToken) -> Result<Value, String> {
        if self.config.token_file.is_some() {
            return Err(
                "the token comes from the file that [cloud] token_file names; change it there".to_owned()
            );
        }
        let writes = way_in::token_kept(token.expose(), id.trim()).map_err(|why| why.to_string())?;
        let store = Arc::clone(&self.store);
        let saved = tokio::task::spawn_blocking(move || store.write(Batch(writes))).await;
        saved.map_err(|fault| fault.to_string())?.map_err(|fault| fault.to_string())?;
        self.way_in.access = None;
        self.lanes.hurry();
        self.history.hurry();
        Ok(json!({ "schema": "linked/1" }))
    }

    /// Which rights the box can use, what for, and which of them it lacks.
    pub(super) async fn rights(&self) -> Result<Value, String> {
        let reader = self.store.reader();
        let read = tokio::task::spawn_blocking(move || reader.setting(RIGHTS)).await;
        let granted = read.map_err(|fault| fault.to_string())?.map_err(|fault| fault.to_string())?;
        let granted = granted.map(|rights| rights.split_whitespace().map(str::to_owned).collect());
        let rights = mirror::rights(&self.meta.freshness, granted.as_ref());
        Ok(json!({"schema": "mirror-rights/1", "rights": rights}))
    }
}

//! Tokens for programs: 32 random bytes, of which the box keeps only the SHA-256.

use std::fmt::Write as _;
use std::time::SystemTime;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{Door, Pass, Who, accounts};
use crate::VaultFailed;
use crate::vault::{ApiToken, Scope, TokenHash};

/// So that a token found somewhere tells what it opens.
const BEGINS: &str = "gatehouse_";
/// Tokens kept.
const MOST: usize = 200;
/// Longest name, in characters.
const NAME: usize = 60;

/// The digest of the token in the request (RFC 6750 2.1); `Some(None)` when there is one that cannot be ours.
pub(crate) fn carried(headers: &HeaderMap) -> Option<Option<TokenHash>> {
    let text = headers.get(AUTHORIZATION)?.to_str().unwrap_or_default();
    let (kind, token) = text.split_once(' ').unwrap_or((text, ""));
    let ours = kind.eq_ignore_ascii_case("bearer") && token.starts_with(BEGINS) && token.len() < 200;
    Some(ours.then(|| hash(token)))
}

fn hash(token: &str) -> TokenHash {
    TokenHash(Sha256::digest(token.as_bytes()).into())
}

impl Door {
    /// The program with this token, as long as its maker may do what it does.
    pub(crate) async fn program(&self, hash: TokenHash) -> Result<Option<Who>, VaultFailed> {
        let now = self.clock.now();
        let Some(token) = self.vault.token(hash).await? else { return Ok(None) };
        if token.until.is_some_and(|until| until <= now) {
            return Ok(None);
        }
        let maker = self.vault.account(&token.by).await?.filter(|maker| !accounts::has_ended(maker, now));
        Ok(maker.map(|maker| Who {
            account: format!("{} ({})", maker.name, token.name),
            role: maker.role,
            user: maker.user,
            pass: Pass::Token(hash, token.scopes),
        }))
    }

    /// A new token, told this once; `None` when its name is not fit or there are too many.
    pub(crate) async fn make_token(
        &self,
        who: &Who,
        name: &str,
        scopes: Vec<Scope>,
        until: Option<SystemTime>,
    ) -> Result<Option<Zeroizing<String>>, VaultFailed> {
        let name: String = name.trim().chars().filter(|it| !it.is_control()).take(NAME).collect();
        if name.is_empty() || scopes.is_empty() || self.vault.tokens().await?.len() >= MOST {
            return Ok(None);
        }
        let mut noise = Zeroizing::new([0_u8; 32]);
        getrandom::fill(&mut *noise).map_err(|cause| VaultFailed { cause: cause.to_string() })?;
        let mut token = Zeroizing::new(String::from(BEGINS));
        for byte in noise.iter() {
            let _ = write!(token, "{byte:02x}");
        }
        let (made, by) = (self.clock.now(), who.account.clone());
        self.vault.keep_token(hash(&token), ApiToken { name, by, scopes, made, until }).await?;
        Ok(Some(token))
    }

    /// Every token, the newest first.
    pub(crate) async fn tokens(&self) -> Result<Vec<(TokenHash, ApiToken)>, VaultFailed> {
        let mut tokens = self.vault.tokens().await?;
        tokens.sort_by_key(|(_, token)| std::cmp::Reverse(token.made));
        Ok(tokens)
    }

    pub(crate) async fn drop_token(&self, hash: TokenHash) -> Result<(), VaultFailed> {
        self.vault.drop_token(hash).await
    }
}

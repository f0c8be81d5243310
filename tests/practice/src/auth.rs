//! Who asks: the personal access token of a request, and what it may see.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hyper::HeaderMap;
use serde_json::Value;

use crate::account::Account;
use crate::answer::Refused;
use crate::cloud::{Cloud, lock};

/// The user behind a token. Rights are the user's role cut down to the token's scopes.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) user: String,
    admin: bool,
    scopes: Vec<String>,
}

impl Caller {
    /// Reads `Authorization: Basic base64(tokenId:token)` (RFC 7617) against the tokens of the account, or the access
    /// token of a login (RFC 6750).
    pub(crate) fn identify(cloud: &Cloud, account: &Account, headers: &HeaderMap) -> Result<Self, Refused> {
        Self::from_header(cloud, account, headers).ok_or(Refused::Unauthenticated)
    }

    fn from_header(cloud: &Cloud, account: &Account, headers: &HeaderMap) -> Option<Self> {
        let header = headers.get("authorization")?.to_str().ok()?;
        let (scheme, encoded) = header.split_once(' ')?;
        if scheme.eq_ignore_ascii_case("bearer") {
            let scopes = lock(&cloud.identity).rights(encoded)?.to_vec();
            return Some(Self { user: "w0".to_owned(), admin: true, scopes });
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let plain = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (id, secret) = plain.split_once(':')?;
        let token = account.object("tokens", id)?;
        if token.get("secret")?.as_str()? != secret {
            return None;
        }
        let user = token.get("user")?.as_str()?.to_owned();
        let admin = account
            .object("users", &user)
            .and_then(|user| user.get("admin"))
            .and_then(Value::as_bool)
            .unwrap_or(false);
        let scopes = token.get("scopes").and_then(Value::as_array).into_iter().flatten();
        let scopes = scopes.filter_map(|scope| Some(scope.as_str()?.to_owned())).collect();
        Some(Self { user, admin, scopes })
    }

    /// One of `scopes` is enough; none asked for means any valid token will do.
    pub(crate) fn has_scope(&self, scopes: &[&str]) -> bool {
        scopes.is_empty() || self.scopes.iter().any(|have| have == "all" || scopes.contains(&have.as_str()))
    }

    /// A user sees his own objects, an admin sees everybody's.
    pub(crate) fn may_see(&self, user: &str) -> bool {
        self.admin || self.user == user
    }
}

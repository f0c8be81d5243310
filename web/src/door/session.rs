//! Sessions: 32 random bytes in the browser, their SHA-256 in the vault, two ages after which they end.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use axum::http::HeaderMap;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::Visit;
use crate::cookie;
use crate::vault::{Holder, SessionKey, SessionRecord, Vault, VaultFailed};

/// `__Host-`: the browser itself insists on `Secure`, `Path=/` and no `Domain` (RFC 6265bis 4.1.3.2).
const COOKIE: &str = "__Host-sid";
/// Without a click for this long, the session ends.
const IDLE: Duration = Duration::from_secs(30 * 60);
/// The longest a session lasts.
const ABSOLUTE: Duration = Duration::from_secs(12 * 60 * 60);
/// A click is written down at most this often.
const NOTED: Duration = Duration::from_secs(60);

/// What the browser's cookie holds.
pub(crate) struct Token(Zeroizing<[u8; 32]>);

impl Token {
    /// The token in the request's cookie; `None` when there is none or it is malformed.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let text = cookie::value(headers, COOKIE)?;
        let mut token = Zeroizing::new([0; 32]);
        if text.len() != 64 {
            return None;
        }
        for (place, byte) in token.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(place * 2..place * 2 + 2)?, 16).ok()?;
        }
        Some(Self(token))
    }

    /// The `Set-Cookie` that signs in.
    pub(crate) fn cookie(&self) -> String {
        let mut text = format!("{COOKIE}=");
        for byte in self.0.iter() {
            let _ = write!(text, "{byte:02x}");
        }
        text.push_str("; Path=/; Secure; HttpOnly; SameSite=Strict");
        text
    }

    pub(crate) fn key(&self) -> SessionKey {
        SessionKey(Sha256::digest(*self.0).into())
    }
}

/// The `Set-Cookie` that signs out.
pub(crate) const GOODBYE: &str = "__Host-sid=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0";

/// A new session; the old ones that nobody ended are swept away with it.
pub(super) async fn open(vault: &dyn Vault, holder: Holder, now: SystemTime) -> Result<Token, VaultFailed> {
    let mut token = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *token).map_err(|cause| VaultFailed { cause: cause.to_string() })?;
    let token = Token(token);
    vault.end_sessions_before(now.checked_sub(ABSOLUTE).unwrap_or(SystemTime::UNIX_EPOCH)).await?;
    vault.open_session(token.key(), SessionRecord { opened: now, seen: now, holder }).await?;
    Ok(token)
}

/// The session with this key if it lasts; one that is too old is ended on the way.
pub(super) async fn find(
    vault: &dyn Vault,
    key: SessionKey,
    visit: Visit,
    now: SystemTime,
) -> Result<Option<SessionRecord>, VaultFailed> {
    let Some(session) = vault.session(key).await? else { return Ok(None) };
    if is_over(&session, now) {
        vault.end_session(key).await?;
        return Ok(None);
    }
    let quiet = now.duration_since(session.seen).unwrap_or_default();
    if visit == Visit::Asking && quiet >= NOTED {
        vault.touch_session(key, now).await?;
    }
    Ok(Some(session))
}

/// Whether it is too old, or nobody clicked for too long.
pub(super) fn is_over(session: &SessionRecord, now: SystemTime) -> bool {
    let since = |at| now.duration_since(at).unwrap_or_default();
    since(session.opened) >= ABSOLUTE || since(session.seen) >= IDLE
}

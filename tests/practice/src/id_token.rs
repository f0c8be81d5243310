//! What the login server says of a person: signed tokens (OpenID Connect Core 1.0), true or, for a test, not.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rcgen::KeyPair;
use serde::Deserialize;
use serde_json::{Value, json};

/// A token lives this long, seconds.
const LIVES: u64 = 300;

/// What is wrong with the tokens from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Lie {
    /// The answer to another question.
    Nonce,
    /// For another client.
    Audience,
    /// From long ago.
    Expired,
    /// By another issuer.
    Issuer,
    /// With another key under the same name.
    Key,
    /// Nobody vouches for the address.
    Email,
}

/// The key that signs, and the one of somebody else.
pub(crate) struct Signer {
    own: KeyPair,
    foreign: KeyPair,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(..)")
    }
}

impl Signer {
    /// New keys.
    pub(crate) fn new() -> Option<Self> {
        Some(Self { own: KeyPair::generate().ok()?, foreign: KeyPair::generate().ok()? })
    }

    /// RFC 7517 5, RFC 7518 6.2.1: an uncompressed point is 4, x, y.
    pub(crate) fn keys(&self) -> Value {
        let point = self.own.public_key_raw();
        let part = |from: usize| URL_SAFE_NO_PAD.encode(point.get(from..from + 32).unwrap_or_default());
        json!({"keys": [{"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "practice",
                         "x": part(1), "y": part(33)}]})
    }

    /// A token about the person with this address.
    pub(crate) fn token(
        &self,
        issuer: &str,
        client: &str,
        nonce: &str,
        email: &str,
        lie: Option<Lie>,
    ) -> Option<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
        let begins = if lie == Some(Lie::Expired) { now - 10 * LIVES } else { now };
        let told = |lies: Lie, truth: &str| {
            if lie == Some(lies) { "somebody-else".to_owned() } else { truth.to_owned() }
        };
        let claims = json!({
            "iss": if lie == Some(Lie::Issuer) { "https://evil.example".to_owned() } else { issuer.to_owned() },
            "aud": told(Lie::Audience, client), "nonce": told(Lie::Nonce, nonce), "sub": "practice-1",
            "email": email, "email_verified": lie != Some(Lie::Email), "iat": begins, "exp": begins + LIVES,
        });
        let key = if lie == Some(Lie::Key) { &self.foreign } else { &self.own };
        let key = EncodingKey::from_ec_der(&key.serialize_der());
        let header = Header { kid: Some("practice".to_owned()), ..Header::new(Algorithm::ES256) };
        encode(&header, &claims, &key).ok()
    }
}

//! An ID token (OpenID Connect Core 1.0 section 2), believed or not (section 3.1.3.7).

use account::Secret;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;

use super::{Doubt, Person};

/// Signatures of key pairs alone: whoever knows the client's secret must not be able to make a token.
const SIGNATURES: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];
/// Clocks may differ by so much, seconds.
const LEEWAY: u64 = 60;
/// Longest name or address taken, bytes.
const LONGEST: usize = 254;

#[derive(Deserialize)]
struct Claims {
    sub: String,
    aud: Value,
    azp: Option<String>,
    nonce: Option<String>,
    email: Option<String>,
    email_verified: Option<Value>,
    preferred_username: Option<String>,
}

/// Whether one of these keys may have signed it.
pub(super) fn knows(keys: &JwkSet, token: &str) -> bool {
    decode_header(token).is_ok_and(|header| key(keys, header.kid.as_deref()).is_some())
}

/// Keys without a name are of use only when there is one alone.
fn key<'a>(keys: &'a JwkSet, name: Option<&str>) -> Option<&'a Jwk> {
    match (name, keys.keys.as_slice()) {
        (Some(name), _) => keys.find(name),
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}

/// Who the token is about, if it is signed by this issuer for this client, fresh, and answers the question with `nonce`.
pub(super) fn person(
    token: &str,
    keys: &JwkSet,
    issuer: &str,
    client: &str,
    nonce: &Secret,
) -> Result<Person, Doubt> {
    let header = decode_header(token).map_err(|_| Doubt::Shape)?;
    if !SIGNATURES.contains(&header.alg) {
        return Err(Doubt::Signature);
    }
    let key = key(keys, header.kid.as_deref()).ok_or(Doubt::Signature)?;
    let key = DecodingKey::from_jwk(key).map_err(|_| Doubt::Signature)?;
    let mut valid = Validation::new(header.alg);
    valid.leeway = LEEWAY;
    valid.validate_nbf = true;
    valid.set_audience(&[client]);
    // With and without the stroke at its end it is the same house (Okta and Auth0 differ in it).
    let bare = issuer.trim_end_matches('/');
    valid.set_issuer(&[bare.to_owned(), format!("{bare}/")]);
    valid.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let claims = decode::<Claims>(token, &key, &valid).map_err(|failed| doubt(failed.kind()))?.claims;
    // One of several it is meant for: then it must have been made for this one.
    let alone = claims.aud.as_array().is_none_or(|all| all.len() == 1);
    if claims.azp.as_deref().map_or(!alone, |azp| azp != client) {
        return Err(Doubt::Audience);
    }
    if claims.nonce.map(Secret::new).as_ref() != Some(nonce) {
        return Err(Doubt::Nonce);
    }
    if claims.sub.is_empty() || claims.sub.len() > LONGEST {
        return Err(Doubt::Shape);
    }
    let sane = |text: &String| text.len() <= LONGEST && !text.chars().any(char::is_control);
    // Some issuers write the word as text. One that says nothing does not vouch for it.
    let vouched = claims.email_verified.is_some_and(|it| it == Value::Bool(true) || it == "true");
    Ok(Person {
        subject: claims.sub,
        email: claims.email.filter(|email| vouched && sane(email)).map(|email| email.to_lowercase()),
        login: claims.preferred_username.filter(sane).map(|login| login.to_lowercase()),
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "what has no name of its own is a wrong shape")]
fn doubt(why: &ErrorKind) -> Doubt {
    match why {
        ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm => Doubt::Signature,
        ErrorKind::InvalidIssuer => Doubt::Issuer,
        ErrorKind::InvalidAudience => Doubt::Audience,
        ErrorKind::ExpiredSignature | ErrorKind::ImmatureSignature => Doubt::Expired,
        _ => Doubt::Shape,
    }
}

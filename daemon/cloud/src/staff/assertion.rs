//! The signed statement with which a service account asks for a token (RFC 7523, RFC 7519, RFC 7515 with RS256).

use std::time::{Duration, SystemTime};

use account::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::json;

use super::{GoogleKey, StaffFailed};

/// What is asked for: reading, and people only.
const SCOPE: &str = "https://www.googleapis.com/auth/admin.directory.user.readonly";
/// How long the statement is good; the longest Google takes is an hour.
const GOOD_FOR: Duration = Duration::from_secs(10 * 60);

pub(super) fn assertion(key: &GoogleKey, admin: &str, now: SystemTime) -> Result<Secret, StaffFailed> {
    let wrong = || StaffFailed::Keys("the private key is none");
    let der = PrivatePkcs8KeyDer::from_pem_slice(key.private_key.as_bytes()).map_err(|_| wrong())?;
    let pair = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(|_| wrong())?;
    let issued = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let claims = json!({
        "iss": key.client_email, "sub": admin, "scope": SCOPE, "aud": key.token_uri,
        "iat": issued.as_secs(), "exp": (issued + GOOD_FOR).as_secs(),
    });
    let header = json!({"alg": "RS256", "typ": "JWT"});
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let signed = format!("{header}.{claims}");
    let mut signature = vec![0; pair.public().modulus_len()];
    let made = pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature);
    made.map_err(|_| wrong())?;
    Ok(Secret::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))))
}

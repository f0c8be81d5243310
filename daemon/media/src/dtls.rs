//! Keys agreed on with a browser where its voice goes (DTLS-SRTP, RFC 5763, RFC 5764). The browser begins, we answer.
//!
//! ```text
//!   Identity, one for all ──> Association, one for each browser ── hear ──> datagrams to send, then Keys
//! ```
//!
//! Who the browser is says its certificate, whose print stood in its description: any other agrees on nothing.
//! Besides that the library draws its own random numbers, as those of a handshake must be nobody else's.

use crate::srtp::{Keys, MasterKey, Suite};
use bytes::BytesMut;
use ring::digest::{SHA256, digest};
use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::RingProvider;
use rtc_dtls::config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType, HandshakeConfig};
use rtc_dtls::crypto::Certificate;
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_dtls::state::State;
use rtc_shared::TransportProtocol;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;
use zeroize::Zeroizing;

/// What voice may be closed with, the cheapest first.
const PROFILES: [(SrtpProtectionProfile, Suite); 3] = [
    (SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm, Suite::AeadAes128Gcm),
    (SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm, Suite::AeadAes256Gcm),
    (SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80, Suite::AesCm128Sha1With80),
];
/// RFC 5764 4.2.
const LABEL: &str = "EXTRACTOR-dtls_srtp";
/// An association knows its peer by the socket it has; the library wants an address all the same.
const NOWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9);

/// The SHA-256 of a certificate (RFC 8122 5): what descriptions say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

/// Our certificate and its key, made anew with each start: a description vouches for it, nobody else has to.
#[derive(Clone)]
pub struct Identity {
    config: Arc<HandshakeConfig>,
    fingerprint: Fingerprint,
}

/// No certificate could be made; the box's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no certificate for browsers could be made: {0}")]
pub struct IdentityFailed(String);

/// A browser that agrees on no keys, or that is somebody else; its association is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the browser agrees on no keys, or is not the one of the description")]
pub struct AgreementFailed;

/// The agreement with one browser. Tell it what the browser says, send what it says.
pub struct Association {
    endpoint: Endpoint,
    theirs: Fingerprint,
}

impl Fingerprint {
    fn of(certificate: &[u8]) -> Option<Self> {
        digest(&SHA256, certificate).as_ref().try_into().ok().map(Self)
    }

    /// Reads what follows `a=fingerprint:`; nothing unless it is a SHA-256.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let (hash, print) = value.trim().split_once(' ')?;
        let mut bytes = [0; 32];
        let mut pairs = print.trim().split(':');
        for byte in &mut bytes {
            *byte = pairs
                .next()
                .filter(|pair| pair.len() == 2)
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())?;
        }
        (hash.eq_ignore_ascii_case("sha-256") && pairs.next().is_none()).then_some(Self(bytes))
    }
}

impl std::fmt::Display for Fingerprint {
    /// As a description has it: `sha-256 4A:AD:...`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("sha-256")?;
        self.0.iter().enumerate().try_for_each(|(place, byte)| {
            formatter.write_char(if place == 0 { ' ' } else { ':' })?;
            write!(formatter, "{byte:02X}")
        })
    }
}

impl Identity {
    /// Makes a certificate.
    ///
    /// # Errors
    /// [`IdentityFailed`] when the box has no random numbers.
    pub fn new() -> Result<Self, IdentityFailed> {
        let failed = |why: rtc_shared::error::Error| IdentityFailed(why.to_string());
        let provider = Arc::new(RingProvider::new());
        let made = Certificate::generate_self_signed(vec!["gatehouse".to_owned()], provider.crypto());
        let certificate = made.map_err(failed)?;
        let print = certificate.certificate.first().and_then(|der| Fingerprint::of(der));
        let fingerprint = print.ok_or_else(|| IdentityFailed("no certificate".to_owned()))?;
        let config = ConfigBuilder::default()
            .with_crypto_provider(provider)
            .with_certificates(vec![certificate])
            .with_client_auth(ClientAuthType::RequireAnyClientCert)
            .with_insecure_skip_verify(true)
            .with_extended_master_secret(ExtendedMasterSecretType::Require)
            .with_srtp_protection_profiles(PROFILES.iter().map(|(profile, _)| *profile).collect())
            .build(false, None)
            .map_err(failed)?;
        Ok(Self { config: Arc::new(config), fingerprint })
    }

    /// Its print, for descriptions.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
    }
}

impl Eq for Identity {}

impl std::fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Identity").field(&self.fingerprint).finish()
    }
}

impl Association {
    /// Waits for the browser whose certificate has this print.
    #[must_use]
    pub fn awaits(theirs: Fingerprint, identity: &Identity) -> Self {
        let config = Some(Arc::clone(&identity.config));
        Self { endpoint: Endpoint::new(NOWHERE, TransportProtocol::UDP, config), theirs }
    }

    /// Whom it waits for, or has agreed with.
    #[must_use]
    pub fn peer(&self) -> Fingerprint {
        self.theirs
    }

    /// Whether a datagram is of DTLS, if it is not of voice (RFC 7983 7).
    #[must_use]
    pub fn is_for(datagram: &[u8]) -> bool {
        datagram.first().is_some_and(|first| (20..64).contains(first))
    }

    /// The browser says this. Keys come once.
    ///
    /// # Errors
    /// [`AgreementFailed`]: what it still has to say may be sent, then it should be dropped.
    pub fn hear(&mut self, now: Instant, datagram: &[u8]) -> Result<Option<Keys>, AgreementFailed> {
        let heard = self.endpoint.read(now, NOWHERE, None, BytesMut::from(datagram));
        let events = heard.map_err(|_| AgreementFailed)?;
        let is_complete = |event: &EndpointEvent| matches!(event, EndpointEvent::HandshakeComplete);
        if !events.iter().any(is_complete) {
            return Ok(None);
        }
        let state = self.endpoint.get_connection_state(NOWHERE).ok_or(AgreementFailed)?;
        keys(state, self.theirs).map(Some).ok_or(AgreementFailed)
    }

    /// What is to be sent, one datagram after the other.
    pub fn say(&mut self) -> Option<BytesMut> {
        self.endpoint.poll_transmit().map(|datagram| datagram.message)
    }

    /// Says again what seems to be lost, when it is time; to be called now and then.
    ///
    /// # Errors
    /// [`AgreementFailed`] when it was said often enough.
    pub fn repeat(&mut self, now: Instant) -> Result<(), AgreementFailed> {
        match self.endpoint.poll_timeout(&NOWHERE) {
            Some(due) if due <= now => {
                self.endpoint.handle_timeout(NOWHERE, now).map_err(|_| AgreementFailed)
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl std::fmt::Debug for Association {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Association").field("theirs", &self.theirs).finish_non_exhaustive()
    }
}

/// The keys of a handshake with that certificate: both keys, then both salts, the client's first (RFC 5764 4.2).
fn keys(state: &State, expected: Fingerprint) -> Option<Keys> {
    let theirs = state.peer_certificates.first().and_then(|der| Fingerprint::of(der));
    theirs.filter(|theirs| *theirs == expected)?;
    let profile = state.srtp_protection_profile();
    let (_, suite) = PROFILES.into_iter().find(|(one, _)| *one == profile)?;
    let (key, salt) = (suite.cipher_key(), suite.salt());
    let material = state.export_keying_material(LABEL, &[], 2 * (key + salt)).ok()?;
    let (both_keys, both_salts) = material.as_ref().split_at_checked(2 * key)?;
    let ((client, server), (client_salt, server_salt)) =
        (both_keys.split_at_checked(key)?, both_salts.split_at_checked(salt)?);
    let master = |key: &[u8], salt: &[u8]| MasterKey::new(suite, &Zeroizing::new([key, salt].concat())).ok();
    Some(Keys { ours: master(server, server_salt)?, theirs: master(client, client_salt)?, mki: 0 })
}

#[cfg(test)]
mod tests;

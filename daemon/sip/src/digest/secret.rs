//! What the box keeps of a password.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::Algorithm;

/// What is needed to check a password and to prove it, for one user in one realm.
///
/// As good as the password within this realm: no `Debug`, wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
#[expect(missing_debug_implementations, reason = "a secret is never printed")]
pub struct Credentials {
    md5: [u8; 32],
    sha256: [u8; 64],
    sha512_half: [u8; 64],
}

impl Credentials {
    /// Hashes user, realm and password once, for every algorithm (RFC 7616 3.4.2 `A1`).
    #[must_use]
    pub fn new(user: &str, realm: &str, password: &str) -> Self {
        let parts = [user.as_bytes(), realm.as_bytes(), password.as_bytes()];
        let mut credentials = Self { md5: [0; 32], sha256: [0; 64], sha512_half: [0; 64] };
        for algorithm in Algorithm::KNOWN {
            let mut hash = algorithm.hash(&parts);
            let place: &mut [u8] = match algorithm {
                Algorithm::Md5 => &mut credentials.md5,
                Algorithm::Sha256 => &mut credentials.sha256,
                Algorithm::Sha512Half => &mut credentials.sha512_half,
            };
            place.copy_from_slice(hash.as_bytes());
            hash.text.zeroize();
        }
        credentials
    }

    pub(super) const fn secret(&self, algorithm: Algorithm) -> &[u8] {
        match algorithm {
            Algorithm::Md5 => &self.md5,
            Algorithm::Sha256 => &self.sha256,
            Algorithm::Sha512Half => &self.sha512_half,
        }
    }
}

//! The set-up code: shown once on the console, typed once into the browser.

use std::fmt;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::vault::{Admin, SetupCodeHash};
use crate::{Clock, Vault, VaultFailed};

/// Crockford's alphabet: nothing that looks like something else.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 60 bits: guessing takes ages even without the lock-out, so SHA-256 is enough to keep it.
const LENGTH: usize = 12;

/// A set-up code in the clear. `Debug` hides it; [`SetupCode::reveal`] is for the console only.
pub struct SetupCode(Zeroizing<String>);

impl SetupCode {
    pub(super) fn new() -> Result<Self, VaultFailed> {
        let mut noise = Zeroizing::new([0; LENGTH]);
        getrandom::fill(&mut *noise).map_err(|cause| VaultFailed { cause: cause.to_string() })?;
        let letters =
            noise.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32)).copied().map(char::from));
        let mut code = Zeroizing::new(String::with_capacity(LENGTH + 2));
        for (place, letter) in letters.enumerate() {
            if place > 0 && place % 4 == 0 {
                code.push('-');
            }
            code.push(letter);
        }
        Ok(Self(code))
    }

    /// `7KQ4-M2XR-9TDB`, for the console and nowhere else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SetupCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SetupCode(..)")
    }
}

/// At every start: a fresh code while no password was set, `None` once one was. Older codes stop working.
///
/// # Errors
/// When the vault fails; the box's fault.
pub async fn offer_setup(vault: &dyn Vault) -> Result<Option<SetupCode>, VaultFailed> {
    if vault.admin().await?.password.is_some() {
        return Ok(None);
    }
    let code = SetupCode::new()?;
    vault.set_admin(Admin { setup_code: Some(hash(code.reveal())), ..Admin::default() }).await?;
    Ok(Some(code))
}

/// For `gatehouse reset-admin` on the console: the password, the second factor and every session are gone, and
/// this code sets a new password. Works beside a running page, which asks the vault each time.
///
/// # Errors
/// When the vault fails; the box's fault.
pub async fn reset_admin(vault: &dyn Vault, clock: &dyn Clock) -> Result<SetupCode, VaultFailed> {
    let code = SetupCode::new()?;
    vault.set_admin(Admin { setup_code: Some(hash(code.reveal())), ..Admin::default() }).await?;
    // A minute ahead, for a session that opens while this runs.
    vault.end_sessions_before(clock.now() + std::time::Duration::from_secs(60)).await?;
    Ok(code)
}

/// Whether a person typed this code; case, spaces, hyphens and look-alikes do not matter.
pub(super) fn matches(typed: &str, kept: SetupCodeHash) -> bool {
    hash(typed).0.ct_eq(&kept.0).into()
}

pub(super) fn hash(code: &str) -> SetupCodeHash {
    let plain =
        code.chars().filter(char::is_ascii_alphanumeric).map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            letter => letter,
        });
    let plain: Zeroizing<String> = Zeroizing::new(plain.collect());
    SetupCodeHash(Sha256::digest(plain.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_typed_as_people_type() {
        let kept = hash("7KQ1-M2XR-90DB");
        for typed in ["7KQ1-M2XR-90DB", "7kq1m2xr90db", " 7kqi m2xr 9odb ", "7KQL-M2XR-9ODB"] {
            assert!(matches(typed, kept), "{typed}");
        }
        assert!(!matches("7KQ1-M2XR-90DC", kept));
        assert!(!matches("", kept));
    }

    #[test]
    fn looks_like_a_code_and_hides_in_debug() {
        let code = SetupCode::new().unwrap();
        assert_eq!(code.reveal().len(), 14);
        assert!(code.reveal().split('-').all(|group| group.len() == 4));
        assert_ne!(code.reveal(), SetupCode::new().unwrap().reveal());
        assert_eq!(format!("{code:?}"), "SetupCode(..)");
    }
}

//! The set-up code: shown once on the console, typed once into the browser.

use std::fmt;
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{Door, FIRST, SetUpRefused, SignInRefused, Visitor};
use crate::vault::{Act, Deed, SetupCodeHash};
use crate::{Vault, VaultFailed};

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

/// At every start: a fresh code while nobody can sign in, `None` once somebody can. Older codes stop working.
///
/// # Errors
/// When the vault fails; the box's fault.
pub async fn offer_setup(vault: &dyn Vault) -> Result<Option<SetupCode>, VaultFailed> {
    if !vault.accounts().await?.is_empty() {
        return Ok(None);
    }
    let code = SetupCode::new()?;
    vault.set_setup_code(Some(hash(code.reveal()))).await?;
    Ok(Some(code))
}

impl Door {
    /// Whether somebody in front of a new box knows its code; it stays good.
    pub(crate) async fn knows_code(&self, from: &Visitor, typed: &str) -> Result<(), SetUpRefused> {
        let now = self.clock.now();
        self.attempts().begin(from.address, FIRST, now).map_err(|wait| SignInRefused::Locked { wait })?;
        let kept = self.vault.setup_code().await?;
        if !kept.is_some_and(|kept| matches(typed, kept)) {
            return Err(SetUpRefused::Code);
        }
        self.attempts().succeeded(from.address, FIRST);
        Ok(())
    }
}

/// What `gatehouse reset-admin` writes, all at once. It counts beside a running page, which asks the vault each time.
#[derive(Debug)]
pub struct Reset {
    /// For the console.
    pub code: SetupCode,
    /// What is kept of it; it makes the account anew.
    pub kept: SetupCodeHash,
    /// The account that is forgotten, with its password and second factor.
    pub account: &'static str,
    /// Every session opened before this ends.
    pub sessions_before: SystemTime,
    /// For the audit log.
    pub deed: Deed,
}

/// The way back in for whoever may write the data directory.
///
/// # Errors
/// When the system gives no randomness; the box's fault.
pub fn reset_admin(now: SystemTime) -> Result<Reset, VaultFailed> {
    let code = SetupCode::new()?;
    let (who, from) = ("console".to_owned(), String::new());
    Ok(Reset {
        kept: hash(code.reveal()),
        code,
        account: FIRST,
        // A minute ahead, for a session that opens while this runs.
        sessions_before: now + Duration::from_secs(60),
        deed: Deed { at: now, who, from, act: Act::Reset, about: String::new() },
    })
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

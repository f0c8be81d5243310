//! The second factor: six digits from a telephone (RFC 6238), or one of ten codes on paper.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use qrcode::{Color, QrCode};
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

use super::code::{self, SetupCode};
use super::{Door, SecondRefused, Visitor, Who};
use crate::VaultFailed;
use crate::vault::{Account, SecondFactor, SessionKey};

/// Codes on paper; each works once.
const PAPER: usize = 10;
/// A secret that nobody confirms is forgotten after this long.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// Secrets that wait to be confirmed.
const WAITING: usize = 16;

/// Secrets shown to somebody who has not proved yet that their telephone knows them.
#[derive(Default)]
pub(super) struct Offers(HashMap<SessionKey, (Zeroizing<[u8; 20]>, SystemTime)>);

/// A new secret, as a telephone takes it.
pub(crate) struct Offer {
    /// To be typed where nothing can be scanned (RFC 4648 6).
    pub(crate) text: String,
    /// The same as a drawing (ISO/IEC 18004): width in squares, and a path of them.
    pub(crate) drawing: Option<(usize, String)>,
}

impl Offers {
    /// The secret of this session, made when there is none yet.
    fn make(&mut self, key: SessionKey, account: &str, now: SystemTime) -> Result<Offer, VaultFailed> {
        self.0.retain(|_, (_, made)| now.duration_since(*made).unwrap_or_default() < PATIENCE);
        if !self.0.contains_key(&key) {
            if self.0.len() >= WAITING {
                self.0.clear();
            }
            let mut noise = Zeroizing::new([0; 20]);
            getrandom::fill(&mut *noise).map_err(|cause| VaultFailed { cause: cause.to_string() })?;
            self.0.insert(key, (noise, now));
        }
        let secret = self.0.get(&key).map(|(secret, _)| **secret).unwrap_or_default();
        let text = Secret::from(secret).to_base32();
        let address = format!("otpauth://totp/Gatehouse:{account}?secret={text}&issuer=Gatehouse");
        Ok(Offer { drawing: drawn(&address), text })
    }

    /// Turns the secret of this session into a second factor if `typed` proves it; with the codes for the paper.
    fn confirm(
        &mut self,
        key: SessionKey,
        typed: &str,
        now: SystemTime,
    ) -> Result<Option<(SecondFactor, Vec<SetupCode>)>, VaultFailed> {
        let Some((secret, _)) = self.0.get(&key) else { return Ok(None) };
        let fresh = SecondFactor { secret: secret.to_vec(), used: 0, paper: Vec::new() };
        let Some(mut proved) = prove(&fresh, typed, now) else { return Ok(None) };
        let codes: Vec<SetupCode> = (0..PAPER).map(|_| SetupCode::new()).collect::<Result<_, _>>()?;
        proved.paper = codes.iter().map(|code| code::hash(code.reveal()).0).collect();
        self.0.remove(&key);
        Ok(Some((proved, codes)))
    }
}

impl Door {
    /// Whether this account's sign-in asks for more than the password.
    pub(crate) async fn has_second(&self, account: &str) -> Result<bool, VaultFailed> {
        Ok(self.vault.account(account).await?.is_some_and(|account| account.second.is_some()))
    }

    /// A secret for the telephone of whoever has this session.
    pub(crate) fn offer_second(&self, who: &Who) -> Result<Option<Offer>, VaultFailed> {
        let Some(key) = who.session() else { return Ok(None) };
        self.offers().make(key, &who.account, self.clock.now()).map(Some)
    }

    /// Switches the second factor on once a code proves that the telephone knows it; returns the codes for the paper.
    pub(crate) async fn confirm_second(&self, who: &Who, typed: &str) -> Result<Vec<String>, SecondRefused> {
        let _turn = self.hashing.turn().await.ok_or(SecondRefused::Wait)?;
        let account = self.vault.account(&who.account).await?.filter(|account| account.second.is_none());
        let (Some(account), Some(key)) = (account, who.session()) else { return Err(SecondRefused::Wrong) };
        let proved = self.offers().confirm(key, typed, self.clock.now())?;
        let (second, codes) = proved.ok_or(SecondRefused::Wrong)?;
        self.vault.keep_account(Account { second: Some(second), ..account }).await?;
        Ok(codes.iter().map(|code| code.reveal().to_owned()).collect())
    }

    /// Switches it off for whoever has a code.
    pub(crate) async fn drop_second(
        &self,
        who: &Who,
        from: &Visitor,
        typed: &str,
    ) -> Result<(), SecondRefused> {
        let now = self.clock.now();
        self.attempts().begin(from.address, &who.account, now).map_err(|_| SecondRefused::Wait)?;
        let _turn = self.hashing.turn().await.ok_or(SecondRefused::Wait)?;
        let account = self.vault.account(&who.account).await?.ok_or(SecondRefused::Wrong)?;
        let proved = account.second.as_ref().and_then(|second| prove(second, typed, now));
        proved.ok_or(SecondRefused::Wrong)?;
        self.vault.keep_account(Account { second: None, ..account }).await?;
        self.attempts().succeeded(from.address, &who.account);
        Ok(())
    }
}

/// The second factor as it is after `typed` was accepted: no code works twice (RFC 6238 5.2).
pub(super) fn prove(second: &SecondFactor, typed: &str, now: SystemTime) -> Option<SecondFactor> {
    let plain: String = typed.chars().filter(|letter| !letter.is_whitespace()).take(40).collect();
    let seconds = now.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
    if let Some(step) = totp(&second.secret)?.check(&plain, seconds) {
        return (step > second.used).then(|| SecondFactor { used: step, ..second.clone() });
    }
    let place = second.paper.iter().position(|kept| code::matches(&plain, crate::SetupCodeHash(*kept)))?;
    let mut left = second.clone();
    left.paper.remove(place);
    Some(left)
}

fn totp(secret: &[u8]) -> Option<Totp> {
    Builder::new().with_secret(secret).build().ok()
}

/// Dark squares as one path, with the quiet zone around them.
fn drawn(address: &str) -> Option<(usize, String)> {
    const QUIET: usize = 4;
    let code = QrCode::new(address).ok()?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    let path = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET));
    Some((width + 2 * QUIET, path.collect()))
}

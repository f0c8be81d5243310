//! Passwords: how good they must be, and one hash at a time so that signing in cannot starve the calls.

use std::collections::HashSet;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use super::SetUpRefused;
use crate::vault::{PasswordHash, VaultFailed};

/// RFC 9106 scaled to the box: 19 MiB, two passes, one lane (OWASP Password Storage).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// What an unknown account is compared with, so that it takes as long as a known one. No password fits.
pub(super) const DECOY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Z2F0ZWhvdXNlZGVjb3k$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// In characters.
const SHORTEST: usize = 10;
const LONGEST: usize = 200;
const DIFFERENT: usize = 5;
/// Who may wait for their turn; each takes about 50 ms of one core.
const WAITING: usize = 8;

/// A password as typed, wiped when dropped.
#[derive(Deserialize)]
#[serde(from = "String")]
pub(crate) struct Password(Zeroizing<String>);

impl From<String> for Password {
    fn from(typed: String) -> Self {
        Self(Zeroizing::new(typed))
    }
}

impl Password {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it may become the admin's password.
    pub(super) fn judge(&self, repeat: &Self) -> Result<(), SetUpRefused> {
        let length = self.0.chars().count();
        let different = self.0.chars().collect::<HashSet<_>>().len();
        if length < SHORTEST {
            Err(SetUpRefused::TooShort)
        } else if length > LONGEST {
            Err(SetUpRefused::TooLong)
        } else if different < DIFFERENT || self.0.to_lowercase().starts_with("gatehouse") && length < 14 {
            Err(SetUpRefused::TooSimple)
        } else if !bool::from(self.0.as_bytes().ct_eq(repeat.0.as_bytes())) {
            Err(SetUpRefused::Differ)
        } else {
            Ok(())
        }
    }
}

/// One hash at a time, a short queue before it.
pub(super) struct Hashing {
    queue: Arc<Semaphore>,
    turn: Arc<Semaphore>,
    /// The work that was done: passwords compared.
    #[cfg(test)]
    pub(super) compared: Arc<std::sync::atomic::AtomicUsize>,
}

impl Default for Hashing {
    fn default() -> Self {
        Self {
            queue: Arc::new(Semaphore::new(WAITING)),
            turn: Arc::new(Semaphore::new(1)),
            #[cfg(test)]
            compared: Arc::default(),
        }
    }
}

/// The right to hash; the next one waits until it is dropped.
pub(super) struct Turn {
    _turn: OwnedSemaphorePermit,
    #[cfg(test)]
    compared: Arc<std::sync::atomic::AtomicUsize>,
}

impl Hashing {
    /// `None`: the queue is full.
    pub(super) async fn turn(&self) -> Option<Turn> {
        let _queued = self.queue.try_acquire().ok()?;
        Some(Turn {
            _turn: Arc::clone(&self.turn).acquire_owned().await.ok()?,
            #[cfg(test)]
            compared: Arc::clone(&self.compared),
        })
    }
}

impl Turn {
    /// A browser that goes away does not free the turn before its hash is done.
    pub(super) async fn verify(self, password: Password, hash: String) -> bool {
        let work = move || {
            #[cfg_attr(not(test), expect(unused_variables, reason = "held until the work is done"))]
            let turn = self;
            let hash = Phc::new(&hash).ok()?;
            // Longer than any password that was ever accepted.
            (password.0.len() <= LONGEST * 4).then_some(())?;
            #[cfg(test)]
            turn.compared.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            argon2()?.verify_password(password.0.as_bytes(), &hash).ok()
        };
        matches!(tokio::task::spawn_blocking(work).await, Ok(Some(())))
    }

    pub(super) async fn hash(self, password: Password) -> Result<(Self, PasswordHash), VaultFailed> {
        let work = move || {
            let hash = argon2()?.hash_password(password.0.as_bytes()).ok()?;
            Some((self, PasswordHash(hash.to_string())))
        };
        let failed = || VaultFailed { cause: "argon2 failed: out of memory or randomness".to_owned() };
        tokio::task::spawn_blocking(work).await.ok().flatten().ok_or_else(failed)
    }
}

fn argon2() -> Option<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decoy_takes_the_work_of_a_real_hash() {
        let decoy = Phc::new(DECOY).unwrap();
        let real = argon2().unwrap().hash_password(b"ein guter Satz").unwrap().to_string();
        let real = Phc::new(&real).unwrap();
        assert_eq!(
            (decoy.algorithm, decoy.version, &decoy.params),
            (real.algorithm, real.version, &real.params)
        );
        assert_eq!(decoy.hash.map(|it| it.len()), real.hash.map(|it| it.len()));
    }

    fn judge(password: &str, repeat: &str) -> Result<(), SetUpRefused> {
        Password::from(password.to_owned()).judge(&repeat.to_owned().into())
    }

    #[test]
    fn each_refusal_has_its_own_reason() {
        assert_eq!(judge("kurz", "kurz"), Err(SetUpRefused::TooShort));
        assert_eq!(judge("ääääöööüü", ""), Err(SetUpRefused::TooShort));
        assert_eq!(judge(&"langer Satz ".repeat(20), ""), Err(SetUpRefused::TooLong));
        assert_eq!(judge("1111122222", "1111122222"), Err(SetUpRefused::TooSimple));
        assert_eq!(judge("Gatehouse1!", "Gatehouse1!"), Err(SetUpRefused::TooSimple));
        assert_eq!(judge("ein guter Satz", "ein anderer"), Err(SetUpRefused::Differ));
        assert_eq!(judge("ein guter Satz", "ein guter Satz"), Ok(()));
    }

    #[tokio::test]
    async fn hashes_as_promised_and_knows_its_own() {
        let hashing = Hashing::default();
        let turn = hashing.turn().await.unwrap();
        let (turn, PasswordHash(hash)) = turn.hash("ein guter Satz".to_owned().into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        drop(turn);
        for (password, right) in [("ein guter Satz", true), ("ein guter satz", false)] {
            let turn = hashing.turn().await.unwrap();
            assert_eq!(turn.verify(password.to_owned().into(), hash.clone()).await, right);
        }
        assert!(!hashing.turn().await.unwrap().verify("x".to_owned().into(), "damaged".to_owned()).await);
    }

    async fn gets_a_turn(hashing: Arc<Hashing>) -> bool {
        hashing.turn().await.is_some()
    }

    #[tokio::test]
    async fn beyond_the_queue_people_are_sent_away() {
        let hashing = Arc::new(Hashing::default());
        let turn = hashing.turn().await.unwrap();
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..WAITING {
            waiting.spawn(gets_a_turn(Arc::clone(&hashing)));
        }
        while hashing.queue.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(hashing.turn().await.is_none());
        drop(turn);
        assert_eq!(waiting.join_all().await, [true; WAITING]);
    }
}

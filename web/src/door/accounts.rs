//! Who may sign in, and who says so.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::IpAddr;
use std::time::SystemTime;

use super::password::Password;
use super::{Door, FIRST, SetUpRefused, SignInRefused, Visitor, Who};
use crate::VaultFailed;
use crate::vault::{Account, Passkeys, PasswordHash, Role};

/// Longest name, in characters.
const NAME: usize = 40;
/// Accounts kept; a house has dozens.
const MOST: usize = 500;
/// Browsers remembered of an account.
const BROWSERS: usize = 16;

/// What somebody wants of an account.
pub(crate) struct AccountWish {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) user: Option<String>,
    pub(crate) until: Option<SystemTime>,
    /// Replaces the one there is; a new account needs one.
    pub(crate) password: Option<(Password, Password)>,
}

/// Why an account stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AccountRefused {
    /// No name of that form, or too many accounts.
    Name,
    /// A new account without a password.
    NoPassword,
    /// An installer without an end, or an end that is over.
    Until,
    /// Only an owner says who is an owner.
    NotYours,
    /// The last owner stays, and nobody takes away their own rights.
    LastOwner,
    /// There is no such account.
    Absent,
    /// Too simple and the like.
    Password(SetUpRefused),
    /// The box's fault.
    Vault(VaultFailed),
}

impl From<VaultFailed> for AccountRefused {
    fn from(failed: VaultFailed) -> Self {
        Self::Vault(failed)
    }
}

impl From<SetUpRefused> for AccountRefused {
    fn from(refused: SetUpRefused) -> Self {
        if let SetUpRefused::Door(SignInRefused::Vault(failed)) = refused {
            return Self::Vault(failed);
        }
        Self::Password(refused)
    }
}

/// Why somebody's own password stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PasswordRefused {
    /// The current one is wrong.
    Wrong,
    /// The new one does not do, or the box is busy.
    New(SetUpRefused),
}

impl<T: Into<SetUpRefused>> From<T> for PasswordRefused {
    fn from(refused: T) -> Self {
        Self::New(refused.into())
    }
}

impl Door {
    /// Another password for oneself. Every other browser of the account is signed out.
    pub(crate) async fn change_password(
        &self,
        who: &Who,
        from: &Visitor,
        current: Password,
        (password, repeat): (Password, Password),
    ) -> Result<(), PasswordRefused> {
        let (name, now) = (&who.account, self.clock.now());
        password.judge(&repeat)?;
        self.attempts().begin(from.address, name, now).map_err(|wait| SignInRefused::Locked { wait })?;
        let turn = self.hashing.turn().await.ok_or(SignInRefused::Busy)?;
        let account = self.vault.account(name).await?.ok_or(PasswordRefused::Wrong)?;
        let hash = account.password.clone().ok_or(PasswordRefused::Wrong)?;
        if !turn.verify(current, hash.0).await {
            return Err(PasswordRefused::Wrong);
        }
        self.attempts().succeeded(from.address, name);
        let turn = self.hashing.turn().await.ok_or(SignInRefused::Busy)?;
        let (turn, hash) = turn.hash(password).await?;
        let account = self.vault.account(name).await?.ok_or(PasswordRefused::Wrong)?;
        self.vault.keep_account(Account { password: Some(hash), ..account }).await?;
        drop(turn);
        for (key, session) in self.vault.sessions().await? {
            if session.holder.account == *name && who.session() != Some(key) {
                self.vault.end_session(key).await?;
            }
        }
        Ok(())
    }

    /// Everybody who may sign in.
    pub(crate) async fn accounts(&self) -> Result<Vec<Account>, VaultFailed> {
        self.vault.accounts().await
    }

    pub(crate) async fn account(&self, name: &str) -> Result<Option<Account>, VaultFailed> {
        self.vault.account(name).await
    }

    /// Makes an account, or changes one. Whoever had a session of it signs in again.
    pub(crate) async fn keep_account(&self, who: &Who, wish: AccountWish) -> Result<(), AccountRefused> {
        let now = self.clock.now();
        let name = named(&wish.name).ok_or(AccountRefused::Name)?;
        let turn = self.hashing.turn().await.ok_or(SetUpRefused::Door(SignInRefused::Busy))?;
        let all = self.vault.accounts().await?;
        let old = all.iter().find(|account| account.name == name);
        if old.is_none() && all.len() >= MOST {
            return Err(AccountRefused::Name);
        }
        allowed(who, &all, old, &name, Some(wish.role))?;
        let ends = wish.until.is_some_and(|until| until <= now);
        if ends || wish.role == Role::Installer && wish.until.is_none() {
            return Err(AccountRefused::Until);
        }
        let (turn, password) = match wish.password {
            Some((password, repeat)) => {
                password.judge(&repeat)?;
                let (turn, hash) = turn.hash(password).await?;
                (turn, Some(hash))
            }
            None if old.is_none() => return Err(AccountRefused::NoPassword),
            None => (turn, old.and_then(|account| account.password.clone())),
        };
        let account =
            Account { role: wish.role, user: wish.user, until: wish.until, password, ..kept(old, &name) };
        self.vault.keep_account(account).await?;
        drop(turn);
        if who.account != name {
            self.end_sessions_of(&name).await?;
        }
        Ok(())
    }

    /// Forgets an account with its sessions and tokens.
    pub(crate) async fn drop_account(&self, who: &Who, name: &str) -> Result<(), AccountRefused> {
        let _turn = self.hashing.turn().await.ok_or(SetUpRefused::Door(SignInRefused::Busy))?;
        let all = self.vault.accounts().await?;
        let old = all.iter().find(|account| account.name == name).ok_or(AccountRefused::Absent)?;
        allowed(who, &all, Some(old), name, None)?;
        self.vault.drop_account(name).await?;
        self.end_sessions_of(name).await?;
        for (hash, token) in self.vault.tokens().await? {
            if token.by == name {
                self.vault.drop_token(hash).await?;
            }
        }
        Ok(())
    }

    /// Forgets the second factor and the passkeys of somebody else: they lost what they are in.
    pub(crate) async fn forget_second(&self, who: &Who, name: &str) -> Result<(), AccountRefused> {
        let _turn = self.hashing.turn().await.ok_or(SetUpRefused::Door(SignInRefused::Busy))?;
        let account = self.vault.account(name).await?.ok_or(AccountRefused::Absent)?;
        if account.role == Role::Owner && who.role != Role::Owner || who.account == name {
            return Err(AccountRefused::NotYours);
        }
        self.vault.keep_account(Account { second: None, passkeys: Passkeys::default(), ..account }).await?;
        Ok(self.end_sessions_of(name).await?)
    }
}

/// Whether `who` may make `name` into `role`, or forget it.
fn allowed(
    who: &Who,
    all: &[Account],
    old: Option<&Account>,
    name: &str,
    role: Option<Role>,
) -> Result<(), AccountRefused> {
    let is_owner = |role: Option<Role>| role == Some(Role::Owner);
    let was = old.map(|account| account.role);
    if (is_owner(was) || is_owner(role)) && who.role != Role::Owner {
        return Err(AccountRefused::NotYours);
    }
    let owners = all.iter().filter(|account| account.role == Role::Owner && account.until.is_none()).count();
    let own = who.account == name && role != was;
    if own || is_owner(was) && !is_owner(role) && owners <= 1 {
        return Err(AccountRefused::LastOwner);
    }
    Ok(())
}

/// What a change keeps.
fn kept(old: Option<&Account>, name: &str) -> Account {
    old.cloned().unwrap_or_else(|| Account {
        name: name.to_owned(),
        role: Role::User,
        user: None,
        until: None,
        password: None,
        second: None,
        passkeys: Passkeys::default(),
        seen_from: Vec::new(),
    })
}

/// The account that the set-up code makes.
pub(super) fn first(password: PasswordHash) -> Account {
    Account { role: Role::Owner, password: Some(password), ..kept(None, FIRST) }
}

pub(super) fn has_ended(account: &Account, now: SystemTime) -> bool {
    account.until.is_some_and(|until| until <= now)
}

/// Whether this account was used with this browser from this network before; it is from now on.
pub(super) fn recognise(account: &mut Account, from: &Visitor) -> bool {
    let network: Vec<u8> = match from.address.to_canonical() {
        IpAddr::V4(address) => address.octets().into_iter().take(3).collect(),
        IpAddr::V6(address) => address.octets().into_iter().take(8).collect(),
    };
    // Told apart, not kept secret: whoever reads the vault reads the audit log beside it.
    let mut digest = DefaultHasher::new();
    (&from.agent, network).hash(&mut digest);
    let digest = digest.finish();
    if account.seen_from.contains(&digest) {
        return true;
    }
    account.seen_from.push(digest);
    let surplus = account.seen_from.len().saturating_sub(BROWSERS);
    account.seen_from.drain(..surplus);
    false
}

/// A name as it is compared: small letters, no spaces around it, of bounded length.
pub(super) fn typed(name: &str) -> String {
    name.trim().to_lowercase().chars().take(2 * NAME).collect()
}

/// A name that may be given.
fn named(name: &str) -> Option<String> {
    let name = typed(name);
    let fine = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || ".-_@".contains(it);
    let fits = (2..=NAME).contains(&name.len()) && name.chars().all(fine);
    (fits && name.starts_with(|it: char| it.is_ascii_alphanumeric()) && name != "console").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn names_are_plain() {
        assert_eq!(named(" Anna.Berger@example.test "), Some("anna.berger@example.test".to_owned()));
        for name in ["", "a", "-a", "anna berger", "änna", "a/b", "<b>", "console", &"a".repeat(41)] {
            assert_eq!(named(name), None, "{name}");
        }
    }
}

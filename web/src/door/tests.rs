//! Nobody learns from how long the door takes whether there is somebody of that name.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use super::*;
use crate::vault::{Passkeys, Role, SecondFactor};
use crate::{MemoryVault, SystemClock};

fn account(name: &str, password: Option<PasswordHash>, second: Option<SecondFactor>) -> Account {
    let (role, passkeys, seen_from) = (Role::Operator, Passkeys::default(), Vec::new());
    let until = (name == "ended").then_some(SystemTime::UNIX_EPOCH);
    Account { name: name.to_owned(), role, user: None, until, password, second, passkeys, seen_from }
}

#[tokio::test]
async fn every_sign_in_that_fails_costs_the_same_work() {
    let vault = Arc::new(MemoryVault::default());
    let door = Door::new(Arc::clone(&vault) as Arc<dyn Vault>, Arc::new(SystemClock));
    let turn = door.hashing.turn().await.unwrap();
    let (turn, hash) = turn.hash("ein guter langer Satz".to_owned().into()).await.unwrap();
    drop(turn);
    let second = SecondFactor { secret: vec![7; 20], used: 0, paper: Vec::new() };
    for account in [
        account("anna", Some(hash.clone()), None),
        account("bert", None, None),
        account("cleo", Some(hash.clone()), Some(second)),
        account("ended", Some(hash), None),
    ] {
        vault.keep_account(account).await.unwrap();
    }
    for (at, (name, password)) in [
        ("anna", "ein falscher Satz"),
        ("nobody", "ein falscher Satz"),
        ("", ""),
        ("bert", "ein guter langer Satz"),
        ("cleo", "ein guter langer Satz"),
        ("ended", "ein guter langer Satz"),
    ]
    .into_iter()
    .enumerate()
    {
        let before = door.hashing.compared.load(Ordering::SeqCst);
        // Each from a network of its own, so that none is kept waiting.
        let from = u8::try_from(at).unwrap();
        let from = Visitor { address: Ipv4Addr::new(192, 0, 2, from).into(), agent: String::new() };
        let form = SignIn {
            account: name.to_owned(),
            password: password.to_owned().into(),
            code: "000000".to_owned(),
        };
        assert!(door.sign_in(&from, form).await.is_err(), "{name}");
        assert_eq!(door.hashing.compared.load(Ordering::SeqCst) - before, 1, "{name:?} costs one comparison");
    }
}

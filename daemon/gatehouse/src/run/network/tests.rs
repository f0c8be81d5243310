use std::fs;
use std::path::Path;

use board::network::{Ended, Network, Origin, Outcome, Standing, Trial};
use tempfile::TempDir;
use web::{Meant, NetworkOrigin, NetworkRefused, NetworkSettings};

use super::Networking;

/// A box in a folder, where nobody calls for help.
fn house() -> (TempDir, Networking) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("gatehouse")).unwrap();
    let networking = Networking::with(&folder.path().join("gatehouse"), || false);
    (folder, networking)
}

fn writes(folder: &Path, standing: &Standing) {
    fs::create_dir_all(folder.join("appliance")).unwrap();
    let part = folder.join("appliance/part");
    fs::write(&part, serde_json::to_vec(standing).unwrap()).unwrap();
    fs::rename(part, folder.join("appliance/network.json")).unwrap();
}

fn fixed(address: &str) -> NetworkSettings {
    NetworkSettings { address: address.to_owned(), ..NetworkSettings::default() }
}

fn why(refused: NetworkRefused) -> String {
    match refused {
        NetworkRefused::Wrong(said) => format!("wrong: {} {}", said.de, said.en),
        NetworkRefused::NotNow(said) => format!("not now: {}", said.en),
        NetworkRefused::NotFlashed => "not flashed".to_owned(),
    }
}

#[tokio::test]
async fn a_program_on_another_system_leaves_the_network_alone() {
    let (folder, networking) = house();
    assert_eq!(networking.shown().await, Err(NetworkRefused::NotFlashed));
    let refused = networking.change(fixed("10.0.0.2/24"), Meant::Try).await;
    assert_eq!(refused, Err(NetworkRefused::NotFlashed));
    assert!(!folder.path().join("gatehouse/box").exists());
}

#[tokio::test]
async fn what_cannot_be_followed_is_said_in_the_words_of_the_file_and_nothing_is_wished() {
    let (folder, networking) = house();
    writes(folder.path(), &Standing::default());
    let said = why(networking.change(fixed("10.0.0.2"), Meant::Try).await.unwrap_err());
    assert!(said.starts_with("wrong: address: gewünscht ist eine Adresse mit Präfix"), "{said}");
    assert!(said.ends_with("address wants an address with its prefix, such as 192.168.1.20/24."), "{said}");
    let seen = networking.change(fixed(" 10.0.0.2/24 "), Meant::Look).await.unwrap();
    assert_eq!(seen, fixed("10.0.0.2/24"));
    assert!(!folder.path().join("gatehouse/box").exists());
}

#[tokio::test(start_paused = true)]
async fn a_wish_that_nobody_takes_up_is_taken_back() {
    let (folder, networking) = house();
    writes(folder.path(), &Standing::default());
    let said = why(networking.change(fixed("10.0.0.2/24"), Meant::Try).await.unwrap_err());
    assert!(said.contains("does not answer"), "{said}");
    assert_eq!(fs::read_dir(folder.path().join("gatehouse/box")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_wish_is_tried_confirmed_by_its_number_and_shown() {
    let (folder, networking) = house();
    let settings = Network::parse(b"address = 10.0.0.2/24").unwrap();
    writes(folder.path(), &Standing::default());
    let inbox = folder.path().join("gatehouse/box");
    let box_ = async {
        while !inbox.join("network.ini").exists() {
            tokio::task::yield_now().await;
        }
        let wish = fs::read_to_string(inbox.join("network.ini")).unwrap();
        let trial = Some(Trial { id: 7, settings: settings.clone(), until: Some(60) });
        writes(folder.path(), &Standing { trial, ..Standing::default() });
        wish
    };
    let (taken, wish) = tokio::join!(networking.change(fixed("10.0.0.2/24"), Meant::Try), box_);
    assert_eq!((taken, wish.as_str()), (Ok(fixed("10.0.0.2/24")), "address = 10.0.0.2/24\n"));
    let again = why(networking.change(fixed("10.0.0.3/24"), Meant::Try).await.unwrap_err());
    assert!(again.contains("being tried already"), "{again}");
    let other = why(networking.keep(8).await.unwrap_err());
    assert!(other.contains("not being tried any more"), "{other}");

    let keeps = async {
        while fs::read_to_string(inbox.join("network.confirm")).ok().as_deref() != Some("7") {
            tokio::task::yield_now().await;
        }
        let last = Some(Ended { at: 9, outcome: Outcome::Kept, settings: settings.clone() });
        writes(
            folder.path(),
            &Standing { settings: settings.clone(), origin: Origin::Page, trial: None, last },
        );
    };
    let (kept, ()) = tokio::join!(networking.keep(7), keeps);
    assert_eq!(kept, Ok(()));
    let now = networking.shown().await.unwrap();
    assert_eq!((now.origin, now.settings.address.as_str()), (NetworkOrigin::Page, "10.0.0.2/24"));
    assert!(now.last.is_some_and(|last| last.kept));
}

#[tokio::test]
async fn nothing_is_wished_while_somebody_calls_for_help() {
    let (folder, _networking) = house();
    writes(folder.path(), &Standing::default());
    let networking = Networking::with(&folder.path().join("gatehouse"), || true);
    let said = why(networking.change(fixed("10.0.0.2/24"), Meant::Try).await.unwrap_err());
    assert!(said.contains("Not during a call for help"), "{said}");
    assert!(
        networking.change(fixed("10.0.0.2/24"), Meant::Look).await.is_ok(),
        "whoever looks changes nothing"
    );
    assert!(!folder.path().join("gatehouse/box").exists());
}

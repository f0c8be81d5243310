//! The daily look, against a server of a few lines on a real socket.

use std::fs;
use std::sync::{Arc, Mutex};

use release::{DAY, Feed, Model, Offer, Signer, new_key};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use web::Starts;

use super::{AGAIN, Asking, Keeper};

const UPDATE: &str = "the update";

/// A flashed box, and a server whose feed can be changed.
struct House {
    folder: TempDir,
    keeper: Keeper,
    _asking: Asking,
    feed: Arc<Mutex<Vec<u8>>>,
    signer: Signer,
    address: String,
}

impl House {
    async fn new(install: Option<Starts>) -> Self {
        let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", door.local_addr().unwrap());
        let feed = Arc::<Mutex<Vec<u8>>>::default();
        tokio::spawn(serve(door, Arc::clone(&feed)));
        let folder = tempfile::tempdir().unwrap();
        for part in ["gatehouse", "appliance", "keys"] {
            fs::create_dir(folder.path().join(part)).unwrap();
        }
        let report = r#"{"running":"0.1.0","board":"generic","arch":"amd64"}"#;
        fs::write(folder.path().join("appliance/report.json"), report).unwrap();
        let (private, public) = new_key().unwrap();
        fs::write(folder.path().join("keys/first.public"), public).unwrap();
        let mut config = crate::config::load(&folder.path().join("none.toml"), false).unwrap();
        config.data = folder.path().join("gatehouse");
        config.updates.feed = Some(format!("{address}/feed"));
        config.updates.keys = folder.path().join("keys");
        config.updates.install = install;
        let (keeper, asking) = Keeper::new(&config).unwrap();
        Self { folder, keeper, _asking: asking, feed, signer: Signer::new(&private).unwrap(), address }
    }

    fn offers(&self, version: &str) {
        let model = Model { board: "generic", arch: "amd64", version: version.parse().unwrap() };
        let offer = Offer::of(model, format!("{}/update", self.address), UPDATE.as_bytes()).unwrap();
        let made = u64::try_from(jiff::Timestamp::now().as_second()).unwrap();
        let feed = Feed { made, until: made + DAY, versions: vec![offer] };
        *self.feed.lock().unwrap() = feed.signed(&self.signer);
    }

    /// What lies for the flashed box; it is taken away.
    fn arrived(&self) -> Vec<String> {
        let files = fs::read_dir(self.folder.path().join("gatehouse/box")).into_iter().flatten().flatten();
        files
            .map(|file| {
                assert_eq!(fs::read_to_string(file.path()).unwrap(), UPDATE);
                fs::remove_file(file.path()).unwrap();
                file.file_name().into_string().unwrap()
            })
            .collect()
    }

    fn there(&self) -> Option<String> {
        self.keeper.shown.borrow().there.clone().map(|there| there.version)
    }
}

async fn serve(door: TcpListener, feed: Arc<Mutex<Vec<u8>>>) {
    while let Ok((mut socket, _)) = door.accept().await {
        let mut asked = vec![0; 4096];
        let length = socket.read(&mut asked).await.unwrap();
        let wants_feed = asked[..length].starts_with(b"GET /feed ");
        let body = if wants_feed { feed.lock().unwrap().clone() } else { UPDATE.into() };
        let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
        socket.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
    }
}

#[tokio::test]
async fn unless_the_admin_said_so_a_new_version_is_only_shown() {
    let mut house = House::new(None).await;
    house.offers("0.2.0");
    assert!(house.keeper.daily().await > AGAIN * 2, "once a day is enough");
    assert_eq!((house.there().as_deref(), house.arrived().len()), (Some("0.2.0"), 0));
}

#[tokio::test]
async fn each_version_is_installed_by_itself_once() {
    let mut house = House::new(Some(Starts::Quiet)).await;
    house.offers("0.2.0");
    house.keeper.daily().await;
    assert_eq!(house.arrived(), ["feed.update"]);
    // It did not run: the box has gone back to 0.1.0, and was started anew.
    house.keeper.kept = super::Kept::read(&house.keeper.data);
    house.keeper.daily().await;
    assert_eq!(
        (house.there().as_deref(), house.arrived().len()),
        (Some("0.2.0"), 0),
        "shown, and left to people"
    );
    house.offers("0.3.0");
    house.keeper.daily().await;
    assert_eq!(house.arrived(), ["feed.update"]);
}

#[tokio::test]
async fn at_night_it_says_from_when_on() {
    let mut house = House::new(Some(Starts::Night)).await;
    house.offers("0.2.0");
    house.keeper.daily().await;
    let names = house.arrived();
    assert!(names.len() == 1 && names[0].starts_with("feed.after-"), "{names:?}");
}

#[tokio::test]
async fn a_look_that_failed_is_made_again_soon_and_what_is_wrong_is_shown() {
    let mut house = House::new(Some(Starts::Quiet)).await;
    assert!(house.keeper.daily().await < AGAIN * 2);
    let trouble = house.keeper.shown.borrow().trouble.clone().unwrap();
    assert!(trouble.en.contains("There is no list of versions"), "{trouble:?}");
}

/// Who gives out an old feed after a restart is found out as well.
#[tokio::test]
async fn how_new_the_last_feed_was_outlives_a_restart() {
    let mut house = House::new(None).await;
    house.offers("0.2.0");
    house.keeper.daily().await;
    assert!(super::Kept::read(&house.keeper.data).seen > 1_700_000_000);
}

//! The box looks for new versions where its admin said: it believes only what is signed, fresh and for itself, fetches it over a line that
//! breaks, and lays it where the flashed box looks.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use release::{DAY, Feed, Model, Offer, Signer, new_key};
use serde_json::Value;
use tests::shelf::Shelf;
use tests::{Gatehouse, Guard, Place, PracticeCloud, until};

use crate::asking::ask;
use crate::visiting::admin_in;

const REPORT: &str = r#"{"running":"0.1.0","board":"generic","arch":"amd64"}"#;

/// Who makes versions, and the server with them.
pub(crate) struct Maker {
    shelf: Shelf,
    guard: Guard,
    address: SocketAddr,
    signer: Signer,
    keys: tempfile::TempDir,
}

impl Maker {
    pub(crate) fn new() -> Self {
        let shelf = Shelf::start();
        let here = Ipv4Addr::LOCALHOST;
        let address = SocketAddr::from((here, tests::loopback::free_port()));
        let guard = Guard::before(&shelf.api, &Place::Here, address, here.into());
        let (private, public) = new_key().unwrap();
        let keys = tempfile::tempdir().unwrap();
        fs::write(keys.path().join("first.public"), public).unwrap();
        fs::write(keys.path().join("spare.public"), new_key().unwrap().1).unwrap();
        Self { shelf, guard, address, signer: Signer::new(&private).unwrap(), keys }
    }

    /// A flashed box that asks this maker.
    fn house(&self, cloud: &PracticeCloud) -> Gatehouse {
        let mut house = Gatehouse::new();
        house.mirrors(&cloud.api);
        self.is_asked_by(&mut house);
        house.power_on();
        house.knows_the_account();
        house
    }

    /// Makes a flashed box of one that is off, which asks this maker.
    pub(crate) fn is_asked_by(&self, house: &mut Gatehouse) {
        house.configured_with(&format!(
            "authorities = \"{}\"\n[updates]\nfeed = \"https://{}/feed\"\nkeys = \"{}\"\n",
            self.guard.certificate().display(),
            self.address,
            self.keys.path().display()
        ));
        let beside = house.data().parent().expect("a folder").join("appliance");
        fs::create_dir_all(&beside).expect("a folder");
        fs::write(beside.join("report.json"), REPORT).expect("a report");
    }

    fn offer(&self, board: &str, version: &str, bytes: &[u8]) -> Offer {
        let model = Model { board, arch: "amd64", version: version.parse().unwrap() };
        Offer::of(model, format!("https://{}/{version}.update", self.address), bytes).unwrap()
    }

    /// Makes an update and a feed that offers it.
    pub(crate) fn publishes(&self, version: &str, bytes: &[u8]) {
        self.shelf.puts(&format!("/{version}.update"), bytes);
        self.shelf.puts("/feed", feed(vec![self.offer("generic", version, bytes)], 0).signed(&self.signer));
    }
}

/// A feed made so many seconds from now.
fn feed(versions: Vec<Offer>, later: i64) -> Feed {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let made = now.checked_add_signed(later).unwrap();
    Feed { made, until: made + 30 * DAY, versions }
}

fn update(seed: u8) -> Vec<u8> {
    (0..3_u32 << 20).map(|at| (at % 251) as u8 ^ seed).collect()
}

/// What lies for the flashed box; it is taken away.
fn arrived(house: &Gatehouse, begins: &str) -> Vec<u8> {
    let path: PathBuf = until(&format!("{begins}*.update"), || {
        let files = fs::read_dir(house.data().join("box")).ok()?.filter_map(|file| Some(file.ok()?.path()));
        let named = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name.starts_with(begins) && name.ends_with(".update")
        };
        files.into_iter().find(named)
    });
    let bytes = fs::read(&path).unwrap();
    fs::remove_file(path).unwrap();
    bytes
}

fn looks(house: &Gatehouse) -> Value {
    ask(house, "POST", "/api/v1/updates/look", b"")
}

/// What went wrong while it was fetched.
fn trouble(house: &Gatehouse) -> String {
    until("an end of fetching", || {
        let feed = ask(house, "GET", "/api/v1/updates", b"")["feed"].take();
        feed["fetching"].is_null().then(|| feed["trouble"]["en"].as_str().map(str::to_owned))?
    })
}

#[test]
fn it_is_found_fetched_over_a_line_that_breaks_and_laid_down() {
    let (cloud, maker) = (PracticeCloud::office(), Maker::new());
    let house = maker.house(&cloud);
    let first = update(0);
    maker.publishes("0.2.0", &first);
    let found = house.command(&["update", "--look"]).output().expect("gatehouse runs");
    assert!(String::from_utf8_lossy(&found.stdout).contains("there is    0.2.0"), "{found:?}");

    let (browser, page) = admin_in(&house, "en", "Sign out");
    browser.opens(&format!("{page}/updates"));
    browser.shows("0.2.0 is there (4 MB)");
    maker.shelf.cuts_after(1_000_000);
    browser.clicks("form[action='/updates/fetch'] button");
    assert!(arrived(&house, "feed.update") == first, "whole");
    let asked = maker.shelf.asked_for("/0.2.0.update");
    assert!(asked.len() == 2 && asked[0] == 0 && (1..=1_000_000).contains(&asked[1]), "{asked:?}");

    let second = update(1);
    maker.publishes("0.3.0", &second);
    browser.opens(&format!("{page}/updates"));
    browser.clicks("form[action='/updates/look'] button");
    browser.shows("0.3.0 is there");
    let told = ask(&house, "POST", "/api/v1/updates/fetch?starts=night", b"");
    assert_eq!(told["schema"], "taken/1", "{told}");
    assert!(arrived(&house, "feed.after-") == second, "for the night");

    maker.publishes("0.4.0", &first);
    assert_eq!(looks(&house)["feed"]["there"]["version"], "0.4.0");
    let begun = house.command(&["update", "--fetch"]).output().expect("gatehouse runs");
    assert!(begun.status.success(), "{begun:?}");
    assert!(arrived(&house, "feed.update") == first, "by the command line");
}

#[test]
fn only_what_is_signed_fresh_and_for_this_box_is_followed() {
    let (cloud, maker) = (PracticeCloud::office(), Maker::new());
    let house = maker.house(&cloud);
    let good = update(0);
    let offer = || maker.offer("generic", "0.2.0", &good);
    let refused = |document: Vec<u8>| {
        maker.shelf.puts("/feed", document);
        looks(&house)["reason"].as_str().unwrap_or_default().to_owned()
    };
    assert!(looks(&house)["reason"].as_str().unwrap().contains("answer 404"));
    let stranger = Signer::new(&new_key().unwrap().0).unwrap();
    let whole = feed(vec![offer()], 0).signed(&maker.signer);
    for (document, why) in [
        (feed(vec![offer()], 0).signed(&stranger), "does not carry our signature"),
        (whole[..whole.len() - 1].to_vec(), "only a part of one"),
        (vec![b'x'; 100_000], "too large"),
        (feed(vec![offer()], -31 * DAY.cast_signed()).signed(&maker.signer), "has expired"),
        (feed(vec![offer()], 2 * DAY.cast_signed()).signed(&maker.signer), "the clock of the box is wrong"),
        (feed(vec![Offer { size: 500 << 20, ..offer() }], 0).signed(&maker.signer), "no list of versions"),
    ] {
        let said = refused(document);
        assert!(said.contains(why), "{why}: {said}");
    }
    let strange = [maker.offer("rpi", "0.2.0", &good), maker.offer("generic", "0.1.0", &good)];
    maker.shelf.puts("/feed", feed(strange.to_vec(), -5).signed(&maker.signer));
    assert!(looks(&house)["feed"]["there"].is_null(), "another board, and what runs already");
    let older = refused(feed(vec![offer()], -60).signed(&maker.signer));
    assert!(older.contains("older than the one seen last"), "{older}");

    maker.shelf.puts("/0.2.0.update", update(7));
    maker.shelf.puts("/feed", whole.clone());
    assert_eq!(looks(&house)["feed"]["there"]["version"], "0.2.0");
    assert_eq!(ask(&house, "POST", "/api/v1/updates/fetch", b"")["schema"], "taken/1");
    assert!(trouble(&house).contains("not what the list promises"));
    maker.shelf.puts("/0.2.0.update", [good.as_slice(), b"more"].concat());
    assert_eq!(ask(&house, "POST", "/api/v1/updates/fetch", b"")["schema"], "taken/1");
    assert!(trouble(&house).contains("too large"));
    assert_eq!(fs::read_dir(house.data().join("box")).unwrap().count(), 0, "nothing of it stays");
}

#[test]
fn nobody_is_asked_where_no_feed_is_named() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let said = looks(&house);
    assert!(said["reason"].as_str().is_some_and(|why| why.contains("[updates] feed")), "{said}");
    assert!(ask(&house, "GET", "/api/v1/updates", b"")["feed"].is_null());
}

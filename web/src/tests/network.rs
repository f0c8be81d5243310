//! Where the box stands in the network: seen, looked at before it changes, tried, confirmed.

use std::sync::Mutex;

use serde_json::Value;

use super::*;
use crate::view::Machine;
use crate::view::past::{Past, Witness};
use crate::{
    Commanded, LocationsAsk, Meant, MirrorAsk, NetworkLast, NetworkNow, NetworkOrigin, NetworkRefused,
    NetworkSettings, NetworkTrial, Placed, Stands, Synced,
};

/// A daemon on the flashed box, and what was asked of it.
struct Flashed {
    now: NetworkNow,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Commands for Flashed {
    fn sync(&self) -> Commanded<'_, Synced> {
        NoCommands.sync()
    }

    fn mirror(&self, ask: MirrorAsk) -> Commanded<'_, Value> {
        NoCommands.mirror(ask)
    }

    fn past(&self, witness: Witness, before: Option<u64>) -> Commanded<'_, Past> {
        NoCommands.past(witness, before)
    }

    fn places(&self, ask: LocationsAsk) -> Placed<'_> {
        NoCommands.places(ask)
    }

    fn network(&self) -> Stands<'_, NetworkNow> {
        Box::pin(async { Ok(self.now.clone()) })
    }

    fn new_network(&self, wanted: NetworkSettings, meant: Meant) -> Stands<'_, NetworkSettings> {
        self.asked.lock().unwrap().push(format!("{meant:?} {}", wanted.address));
        Box::pin(async move {
            if wanted.address == "here" {
                let said = Sentence::new("address: gewünscht ist <mehr>.", "address wants more.");
                return Err(NetworkRefused::Wrong(said));
            }
            Ok(wanted)
        })
    }

    fn keep_network(&self, id: u64) -> Stands<'_, ()> {
        self.asked.lock().unwrap().push(format!("Keep {id}"));
        Box::pin(async { Ok(()) })
    }
}

fn fixed(address: &str) -> NetworkSettings {
    NetworkSettings { address: address.to_owned(), name: "empfang".to_owned(), ..NetworkSettings::default() }
}

async fn flashed(trial: Option<NetworkTrial>) -> (House, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::default();
    let said = Sentence::new("Niemand hat bestätigt.", "Nobody confirmed.");
    let last = Some(NetworkLast { at: 5, kept: false, settings: fixed("10.9.9.9/24"), said });
    let (host, origin) = ("empfang".to_owned(), NetworkOrigin::DropZone);
    let now = NetworkNow { host, settings: fixed("192.168.1.20/24"), origin, trial, last };
    let house = House::with(Arc::new(Flashed { now, asked: Arc::clone(&asked) })).await;
    let https = "0.0.0.0:8443".to_owned();
    house.change(|view| view.machine = Arc::new(Machine { https, ..Machine::default() }));
    (house, asked)
}

#[tokio::test]
async fn what_counts_where_it_comes_from_and_what_went_back_is_shown() {
    let (house, _) = flashed(None).await;
    let admin = house.enter_as(Role::Admin).await;
    let page = house.get("/network?lang=de", &admin).await.body;
    for text in [
        "192.168.1.20/24",
        "network.ini aus der Ablage",
        "Niemand hat bestätigt.",
        "10.9.9.9/24",
        "Änderung ansehen",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    let page = house.get("/network?lang=en", &admin).await.body;
    for text in ["drop zone", "Nobody confirmed.", "Look at the change", "from the network (DHCP)"] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    let installer = house.enter_as(Role::Installer).await;
    let page = house.get("/network?lang=de", &installer).await.body;
    assert!(page.contains("192.168.1.20/24") && !page.contains("Änderung ansehen"), "owners and admins only");
}

#[tokio::test]
async fn a_change_is_looked_at_then_tried_and_the_page_says_where_to_go_on() {
    let (house, asked) = flashed(None).await;
    let admin = house.enter_as(Role::Admin).await;
    let typed = form(&[("address", "10.0.0.2/24"), ("gateway", ""), ("dns", ""), ("name", ""), ("vlan", "")]);
    let page = house.post("/network", &admin, &typed).await.body;
    for text in ["10.0.0.2/24", "192.168.1.20/24", "110 und 112", "Laufende Gespräche", "/network/try"] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    let page = house.post("/network/try", &admin, &typed).await.body;
    assert!(page.contains("href=\"https://10.0.0.2:8443/network\""), "{page}");
    assert!(page.contains("https://empfang.local:8443/network") && page.contains("60 Sekunden"), "{page}");
    let six = form(&[("address", "fd00::2/64"), ("name", "neu")]);
    let page = house.post("/network/try", &admin, &six).await.body;
    assert!(
        page.contains("https://[fd00::2]:8443/network") && page.contains("https://neu.local:8443"),
        "{page}"
    );
    let wrong = house.post("/network", &admin, &form(&[("address", "here")])).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("gewünscht ist &#60;mehr&#62;") && wrong.body.contains("value=\"here\""),
        "{}",
        wrong.body
    );
    assert_eq!(
        *asked.lock().unwrap(),
        ["Look 10.0.0.2/24", "Try 10.0.0.2/24", "Try fd00::2/64", "Look here"]
    );
    let owner = house.enter_as(Role::Owner).await;
    let audit = house.get("/security/audit", &owner).await.body;
    assert!(audit.contains("Netzeinstellungen auf Probe geändert"), "{audit}");
}

#[tokio::test]
async fn a_trial_is_confirmed_over_the_network_and_not_on_the_box() {
    let until = Some(1_800_000_000 + 42);
    let (house, asked) = flashed(Some(NetworkTrial { id: 7, settings: fixed("10.0.0.2/24"), until })).await;
    let admin = house.enter_as(Role::Admin).await;
    let answer = house.get("/network?lang=de", &admin).await;
    assert!(
        answer.body.contains("Noch 42 Sekunden") && answer.body.contains("name=\"id\" value=\"7\""),
        "{}",
        answer.body
    );
    assert_eq!(answer.header("refresh"), "5", "it says how long without a script");
    assert!(!answer.body.contains("Änderung ansehen"), "one after the other");
    house.clock.pass(Duration::from_secs(120));
    assert!(house.get("/network?lang=en", &admin).await.body.contains("0 seconds left"));

    let order = |id: &str| (request("POST", "/api/v1/network/confirm"), format!("{{\"id\":{id}}}"));
    let (builder, body) = order("7");
    let builder = builder.header("content-type", "application/json");
    let stream = UnixStream::connect(house.socket()).await.unwrap();
    let refused = read(exchange(stream, builder, &body).await).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("over the network"), "{}", refused.body);
    assert!(asked.lock().unwrap().is_empty());
    let kept = house.post("/network/confirm", &admin, "id=7").await;
    assert_eq!((kept.status, kept.header("location")), (StatusCode::SEE_OTHER, "/network"));
    assert_eq!(*asked.lock().unwrap(), ["Keep 7"]);
}

#[tokio::test]
async fn a_program_sees_it_and_changes_it_only_while_it_is_as_it_saw_it() {
    let (house, asked) = flashed(None).await;
    let admin = house.enter_as(Role::Admin).await;
    let seen = house.get("/api/v1/network", &admin).await;
    let told: Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!((&told["appliance"], &told["settings"]["name"]), (&true.into(), &"empfang".into()));
    let put = |tag: &str, body: &'static str| {
        let builder = request("PUT", "/api/v1/network").header("sec-fetch-site", "same-origin");
        let builder = builder.header("cookie", &admin).header("content-type", "application/json");
        house.ask(builder.header("if-match", tag), body)
    };
    let wanted = r#"{"address": "10.0.0.2/24"}"#;
    assert_eq!(put("\"0\"", wanted).await.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(put(seen.header("etag"), wanted).await.status, StatusCode::ACCEPTED);
    assert_eq!(put("*", r#"{"address": "here"}"#).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(put("*", r#"{"adress": "10.0.0.2/24"}"#).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(*asked.lock().unwrap(), ["Try 10.0.0.2/24", "Try here"]);
}

#[tokio::test]
async fn on_another_system_the_operating_system_does_that() {
    let (house, cookie) = House::set_up().await;
    let page = house.get("/network", &cookie).await.body;
    assert!(page.contains("im Betriebssystem") && !page.contains("Änderung ansehen"), "{page}");
    let refused = house.post("/network/try", &cookie, &form(&[("address", "10.0.0.2/24")])).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("im Betriebssystem"), "{}", refused.body);
    let told: Value = serde_json::from_str(&house.get("/api/v1/network", &cookie).await.body).unwrap();
    assert_eq!((&told["schema"], &told["appliance"]), (&"network/1".into(), &false.into()));
}

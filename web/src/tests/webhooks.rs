//! Programs that are told of calls: who may say which, and what the page shows of how that goes.

use std::sync::Mutex;

use serde_json::{Value, json};

use super::*;
use crate::view::past::{Past, Witness};
use crate::{Commanded, LocationsAsk, MirrorAsk, Placed, Synced, Tried, WebhookAsk};

/// A daemon that tells one program, and refuses what is no address.
#[derive(Default)]
struct Telling(Mutex<Vec<String>>);

impl Commands for Telling {
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

    fn webhook(&self, ask: WebhookAsk) -> Tried<'_> {
        let asked = match ask {
            WebhookAsk::Shown => None,
            WebhookAsk::Add { url, .. } if !url.starts_with("http") => {
                return Box::pin(async { Err(Sentence::new("Dorthin nicht.", "Not there.")) });
            }
            WebhookAsk::Add { url, inside } => Some(format!("add {url} {inside}")),
            WebhookAsk::Remove { id } => Some(format!("remove {id}")),
            WebhookAsk::Test { id } => Some(format!("test {id}")),
        };
        self.0.lock().unwrap().extend(asked);
        let result = json!({"at": "2027-01-15T07:59:00Z", "event": "newCall", "ok": false, "tries": 2,
                            "words": {"de": "antwortete 500", "en": "answered 500"}});
        let program = json!({"id": 3, "address": "https://crm.example/<script>alert(1)</script>", "inside": true, "lost": 7, "results": [result]});
        Box::pin(async move { Ok(json!({"schema": "webhooks/1", "programs": [program]})) })
    }
}

#[tokio::test]
async fn an_admin_says_who_is_told_and_sees_how_it_goes() {
    let telling = Arc::new(Telling::default());
    let house = House::with(Arc::clone(&telling) as Arc<dyn Commands>).await;
    let admin = house.enter_as(Role::Admin).await;
    let page = house.get("/webhooks", &admin).await.body;
    for words in ["antwortete 500", "zweiter Versuch", "7 verworfen", "im eigenen Netz", "nimmt nicht an"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("<script>alert"), "{page}");
    let post = async |path: &str, sent: &[(&str, &str)]| house.post(path, &admin, &form(sent)).await;
    let added = post("/webhooks", &[("url", "http://10.0.0.5/calls"), ("inside", "yes")]).await;
    assert_eq!(added.header("location"), "/webhooks");
    post("/webhooks", &[("url", "https://crm.example/")]).await;
    post("/webhooks/test", &[("id", "3")]).await;
    post("/webhooks/gone", &[("id", "3")]).await;
    let asked = ["add http://10.0.0.5/calls true", "add https://crm.example/ false", "test 3", "remove 3"];
    assert_eq!(*telling.0.lock().unwrap(), asked);
    let refused = post("/webhooks", &[("url", "file:///etc/passwd")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("Dorthin nicht.") && refused.body.contains("value=\"file:///etc/passwd\""));
    let audit = house.get("/security/audit", &admin).await.body;
    assert!(audit.contains("Programm wird über Anrufe benachrichtigt"), "{audit}");
    let installer = house.enter_as(Role::Installer).await;
    assert_eq!(house.get("/webhooks", &installer).await.status, StatusCode::FORBIDDEN);
}

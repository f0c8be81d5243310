//! The box as a file: who may have it, what is asked for, and what a new box does with one.

use std::sync::Mutex;

use backup::Passphrase;
use futures_util::{StreamExt as _, stream};

use super::*;
use crate::commands::{Commanded, MirrorAsk, Synced, Tried};
use crate::view::past::{Past, Witness};
use crate::{Act, Backups, Pieces, Restored, Restoring};

/// A daemon that keeps what it is told.
#[derive(Default)]
struct Told {
    sealed: Mutex<Vec<Passphrase>>,
    /// Passphrase, who, and file.
    restored: Mutex<Vec<(Passphrase, String, Vec<u8>)>>,
}

impl Commands for Told {
    fn sync(&self) -> Commanded<'_, Synced> {
        Box::pin(async { Err("nothing to sync with".to_owned()) })
    }

    fn mirror(&self, _: MirrorAsk) -> Commanded<'_, serde_json::Value> {
        Box::pin(async { Err("nothing is mirrored".to_owned()) })
    }

    fn past(&self, _: Witness, _: Option<u64>) -> Commanded<'_, Past> {
        Box::pin(async { Ok(Past::default()) })
    }

    fn backups(&self) -> Commanded<'_, Backups> {
        let restored = Restored { at: 1_799_900_000, made: 1_799_800_000, house: "<b>alt</b>".to_owned() };
        Box::pin(async { Ok(Backups { made: None, restored: Some(restored) }) })
    }

    fn back_up(&self, with: Passphrase) -> Tried<'_, Pieces<'static>> {
        self.sealed.lock().unwrap().push(with);
        let pieces = ["GATE", "HOUSE"].map(|piece| Ok(Bytes::from(piece)));
        Box::pin(async { Ok(Box::pin(stream::iter(pieces)) as Pieces<'static>) })
    }

    fn restore<'a>(&'a self, Restoring { with, by, pieces }: Restoring<'a>) -> Tried<'a, ()> {
        Box::pin(async move {
            let file: Vec<_> = pieces.map(Result::unwrap).collect().await;
            assert!(matches!(&by.act, Act::Did { route, .. } if route == "/backup/restore"));
            self.restored.lock().unwrap().push((with, by.who, file.concat()));
            Err(Sentence::new("Die Sicherung ist beschädigt.", "The backup is damaged."))
        })
    }
}

const WORDS: &str = "Ein Satz für den Tresor";

async fn house() -> (House, Arc<Told>) {
    let told = Arc::new(Told::default());
    (House::with(Arc::clone(&told) as Arc<dyn Commands>).await, told)
}

fn many(fields: &[(&str, &str)]) -> String {
    let part = |(name, text): &(&str, &str)| {
        let file = if *name == "file" { "; filename=\"a.backup\"" } else { "" };
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{text}\r\n")
    };
    fields.iter().map(part).collect::<String>() + "--x--\r\n"
}

async fn sends(house: &House, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    let builder = request("POST", path)
        .header("cookie", cookie)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=x");
    house.ask(builder, &many(fields)).await
}

#[tokio::test]
async fn an_owner_downloads_the_box_and_nobody_else_is_offered_it() {
    let (house, told) = house().await;
    let (owner, admin) = (house.enter_as(Role::Owner).await, house.enter_as(Role::Admin).await);
    let page = house.get("/backup", &owner).await.body;
    for text in ["noch nie", "&#60;b&#62;alt", "Sichern", "Diese Box ersetzen"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let page = house.get("/backup?lang=en", &admin).await.body;
    assert!(page.contains("never") && !page.contains("<form class=\"card narrow"), "{page}");

    let wanted = |words: &str, again: &str| form(&[("passphrase", words), ("repeat", again)]);
    assert_eq!(house.post("/backup", &admin, &wanted(WORDS, WORDS)).await.status, StatusCode::FORBIDDEN);
    for (words, again, why) in
        [("kurz", "kurz", "mindestens zwölf Zeichen"), (WORDS, "Ein Satz", "nicht gleich")]
    {
        let refused = house.post("/backup?lang=de", &owner, &wanted(words, again)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains(why) && !refused.body.contains(words), "{}", refused.body);
    }
    assert_eq!(told.sealed.lock().unwrap().len(), 0);
    let file = house.post("/backup", &owner, &wanted(WORDS, WORDS)).await;
    assert_eq!((file.status, file.body.as_str()), (StatusCode::OK, "GATEHOUSE"));
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"gatehouse-2027-01-15.backup\"");
    assert_eq!(told.sealed.lock().unwrap().as_slice(), [Passphrase::typed(WORDS.to_owned())]);
    let audit = house.get("/security/audit?lang=de", &owner).await.body;
    assert!(audit.contains("Sicherung gemacht"), "{audit}");
}

#[tokio::test]
async fn a_backup_is_given_to_the_daemon_with_who_brought_it_and_a_refusal_is_said() {
    let (house, told) = house().await;
    let owner = house.enter_as(Role::Owner).await;
    let fields = [("opens", WORDS), ("file", "GATEHOUSE BACKUP")];
    let refused = sends(&house, "/backup/restore?lang=de", &owner, &fields).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("Die Sicherung ist beschädigt."), "{}", refused.body);
    let api = sends(&house, "/api/v1/restore", &owner, &[("passphrase", WORDS), fields[1]]).await;
    assert!(
        api.status == StatusCode::CONFLICT && api.body.contains("The backup is damaged."),
        "{}",
        api.body
    );
    let expected = (Passphrase::typed(WORDS.to_owned()), "owner".to_owned(), b"GATEHOUSE BACKUP".to_vec());
    assert_eq!(told.restored.lock().unwrap().as_slice(), [expected.clone(), expected]);
    for fields in [&fields[..1], &[("opens", "x".repeat(2000).as_str()), fields[1]]] {
        let refused = sends(&house, "/backup/restore", &owner, fields).await;
        assert!(refused.status.is_client_error(), "{}", refused.status);
    }
    assert_eq!(told.restored.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_new_box_takes_a_backup_from_whoever_knows_its_code() {
    let (house, told) = house().await;
    let setup = house.get("/setup?lang=de", "").await.body;
    assert!(setup.contains("href=\"/setup/restore\""), "{setup}");
    let path = "/setup/restore?lang=de";
    assert!(house.get(path, "").await.body.contains("Diese Box ersetzt eine andere"));
    let code = house.code.clone();
    let file = ("file", "GATEHOUSE BACKUP");
    let wrong = sends(&house, path, "", &[("code", "0000-0000-0000"), ("opens", WORDS), file]).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert_eq!(told.restored.lock().unwrap().len(), 0, "the file is not even looked at");
    for _ in 0..2 {
        let tried = sends(&house, path, "", &[("code", &code), ("opens", WORDS), file]).await;
        assert!(tried.status == StatusCode::CONFLICT && tried.body.contains("beschädigt"), "{}", tried.body);
    }
    assert_eq!(told.restored.lock().unwrap()[1].1, "-", "nobody has a name yet");

    house.post("/setup", "", &setup_form(&house.code, PASSWORD, PASSWORD)).await;
    assert_eq!(house.get(path, "").await.header("location"), "/login", "the code is used up");
    let late = sends(&house, path, "", &[("code", &code), ("opens", WORDS), file]).await;
    assert_eq!((late.status, told.restored.lock().unwrap().len()), (StatusCode::FORBIDDEN, 2));
}

//! Voice messages on the page and for programs: whose they are, how they are fetched, and that nobody else gets at them.

use std::io::Write as _;
use std::sync::Mutex;

use serde_json::Value;

use super::*;
use crate::view::Mailbox;
use crate::view::past::{Past, Witness};
use crate::{
    Commanded, Listener, LocationsAsk, Lying, Message, MessageAsk, MessageRefused, Minded, MirrorAsk, Placed,
    Sound, SoundAsk, Synced,
};

/// A daemon that has two messages for the person w0, and one greeting.
#[derive(Default)]
struct Answering(Mutex<Vec<String>>);

fn message(id: &str, number: &str, heard: bool) -> Message {
    let left = HandClock::default().now() - Duration::from_secs(60);
    let (mailbox, name) = ("v0".to_owned(), "<i>Caller</i>".to_owned());
    Message { id: id.to_owned(), mailbox, number: number.to_owned(), name, left, seconds: 72, heard }
}

impl Answering {
    fn say(&self, by: &Listener, words: String) -> Result<(), MessageRefused> {
        let own = *by == Listener::Person("w0".to_owned()) || *by == Listener::Admin;
        let known = !words.contains("strange");
        if !own || !known {
            return Err(MessageRefused::Unknown);
        }
        self.0.lock().unwrap().push(words);
        Ok(())
    }

    fn done(&self, by: &Listener, ask: MessageAsk) -> Result<Lying, MessageRefused> {
        match ask {
            MessageAsk::Shown => {}
            MessageAsk::Heard { id, heard } => self.say(by, format!("heard {id} {heard}"))?,
            MessageAsk::Delete { id } => self.say(by, format!("delete {id}"))?,
            MessageAsk::Restore { id } => self.say(by, format!("restore {id}"))?,
            MessageAsk::Greet { file, .. } if !file.starts_with(b"RIFF") => {
                return Err(MessageRefused::Not(Sentence::new("Keine WAV-Datei.", "No WAV file.")));
            }
            MessageAsk::Greet { mailbox, file } => self.say(by, format!("greet {mailbox} {}", file.len()))?,
            MessageAsk::Ungreet { mailbox } => self.say(by, format!("ungreet {mailbox}"))?,
        }
        if *by != Listener::Person("w0".to_owned()) {
            return Ok(Lying::default());
        }
        let messages = vec![message("m2", "+4930555010", false), message("m1", "", true)];
        Ok(Lying { messages, deleted: vec![message("m0", "102", true)] })
    }

    fn opened(by: &Listener, ask: &SoundAsk) -> Result<Sound, MessageRefused> {
        let channels = match (by, ask) {
            (Listener::Person(user), SoundAsk::Message { id }) if user == "w0" && id == "m2" => 2_u8,
            (_, SoundAsk::Greeting { mailbox }) if mailbox == "v0" => 1,
            _ => return Err(MessageRefused::Unknown),
        };
        let mut file = tempfile::tempfile().unwrap();
        for moment in 0..50_000_u32 {
            let left = u16::try_from(moment % 60_000).unwrap().to_le_bytes();
            file.write_all(&left.repeat(usize::from(channels))).unwrap();
        }
        Ok(Sound::new(file, 0, 50_000, channels.into()))
    }
}

impl Commands for Answering {
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

    fn messages(&self, by: Listener, ask: MessageAsk) -> Minded<'_, Lying> {
        Box::pin(async move { self.done(&by, ask) })
    }

    fn sound(&self, by: Listener, ask: SoundAsk) -> Minded<'_, Sound> {
        Box::pin(async move { Self::opened(&by, &ask) })
    }
}

/// The house of w0, whose mailbox is v0, and a user's cookie.
async fn answering() -> (House, Arc<Answering>, String) {
    let answering = Arc::new(Answering::default());
    let house = House::with(Arc::clone(&answering) as Arc<dyn Commands>).await;
    house.change(|view| {
        let mailbox = |id: &str, user: &str, greeting| Mailbox {
            id: id.to_owned(),
            alias: format!("Box {id}"),
            people: vec![user.to_owned()],
            new: 1,
            old: 1,
            greeting,
            ..Mailbox::default()
        };
        view.mailboxes = [mailbox("v0", "w0", true), mailbox("v1", "w1", false)].into();
        let user = |id: &str, name: &str| crate::view::account::User {
            id: id.to_owned(),
            name: name.to_owned(),
            ..crate::view::account::User::default()
        };
        let users = vec![user("w0", "Anna Berger"), user("w1", "Ben")];
        view.account = Arc::new(crate::view::account::Account { users, ..Default::default() });
    });
    let cookie = house.enter_as(Role::User).await;
    (house, answering, cookie)
}

#[tokio::test]
async fn one_s_own_messages_are_listed_marked_deleted_and_taken_back_without_a_script() {
    let (house, answering, anna) = answering().await;
    let page = house.get("/me/messages", &anna).await.body;
    for words in [
        "href=\"tel:+4930555010\"",
        "&#60;i&#62;Caller",
        "1:12",
        "src=\"/me/messages/m2/sound\"",
        "data-unheard=\"m2\"",
        "preload=\"none\"",
        "Box v0",
        "Zurückholen",
        "id=\"messages\"",
        "id=\"lost\"",
        "<b class=\"count\">1</b>",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Box v1") && !page.contains("data-unheard=\"m1\"") && !page.contains("<i>Caller"));
    let english = house.get("/me/messages?lang=en", &anna).await.body;
    assert!(english.contains("Take back") && english.contains("Voice messages"));
    for (path, id) in [("heard", "m2"), ("new", "m1"), ("gone", "m2"), ("back", "m0")] {
        let answer = house.post(&format!("/me/messages/{path}"), &anna, &form(&[("id", id)])).await;
        assert_eq!(answer.header("location"), "/me/messages", "{path}");
    }
    let gone = house.post("/me/greetings/gone", &anna, &form(&[("id", "v0")])).await;
    assert_eq!(gone.header("location"), "/me/messages");
    let asked = ["heard m2 true", "heard m1 false", "delete m2", "restore m0", "ungreet v0"];
    assert_eq!(*answering.0.lock().unwrap(), asked);
    let nobody = house.post("/me/messages/gone", &anna, &form(&[("id", "strange")])).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_message_is_fetched_in_parts() {
    let (house, _, anna) = answering().await;
    let path = "/me/messages/m2/sound";
    let ask = |headers: &[(&str, &str)]| {
        let builder = request("GET", path).header("cookie", &anna).header("accept-encoding", "gzip");
        headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value))
    };
    let fetch = async |headers: &[(&str, &str)]| {
        let (head, body) = house.send(ask(headers), "").await.into_parts();
        (head, body.collect().await.unwrap().to_bytes())
    };
    let text = |head: &hyper::http::response::Parts, name: &str| -> String {
        head.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned()
    };
    let (head, whole) = fetch(&[]).await;
    assert_eq!((head.status, whole.len()), (StatusCode::OK, 100_044));
    assert_eq!(
        (text(&head, "content-type"), text(&head, "accept-ranges")),
        ("audio/wav".into(), "bytes".into())
    );
    assert_eq!(text(&head, "cache-control"), "no-store");
    assert!(text(&head, "content-security-policy").contains("media-src 'self'"));
    assert_eq!(whole[44..48], [0, 0, 1, 0], "the caller alone");
    let tag = text(&head, "etag");
    for (range, status, said, first, length) in [
        ("bytes=0-", 206, "bytes 0-100043/100044", 0, 100_044),
        ("bytes=50001-50003", 206, "bytes 50001-50003/100044", 50_001, 3),
        ("bytes=-44", 206, "bytes 100000-100043/100044", 100_000, 44),
        ("bytes=100000-99999999999999999999", 206, "bytes 100000-100043/100044", 100_000, 44),
        ("bytes=100044-", 416, "bytes */100044", 0, 0),
        ("bytes=0-1,2-3", 200, "", 0, 100_044),
        ("bytes=x-y", 200, "", 0, 100_044),
    ] {
        let (head, part) = fetch(&[("range", range)]).await;
        assert_eq!(
            (head.status.as_u16(), text(&head, "content-range")),
            (status, said.to_owned()),
            "{range}"
        );
        assert_eq!(part, whole[first..first + length], "{range}");
    }
    let (head, _) = fetch(&[("range", "bytes=0-9"), ("if-range", "\"another\"")]).await;
    assert_eq!(head.status, StatusCode::OK);
    let (head, _) = fetch(&[("range", "bytes=0-9"), ("if-range", &tag)]).await;
    assert_eq!(head.status, StatusCode::PARTIAL_CONTENT);
    let (head, body) = fetch(&[("if-none-match", &tag)]).await;
    assert_eq!((head.status, body.len()), (StatusCode::NOT_MODIFIED, 0));
    let many = vec!["0-1"; 2000].join(",");
    let (head, _) = fetch(&[("range", &format!("bytes={many}"))]).await;
    assert_eq!(head.status, StatusCode::OK);
}

#[tokio::test]
async fn nobody_else_hears_a_message_or_sees_who_left_it() {
    let (house, _, anna) = answering().await;
    let ids = ["m9", "..%2F..%2Fsecret.key", "%2Fetc%2Fpasswd", "m2%00", "..", "m2.wav"];
    for id in ids {
        for path in [format!("/me/messages/{id}/sound"), format!("/api/v1/me/messages/{id}/sound")] {
            assert_eq!(house.get(&path, &anna).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
    for role in [Role::Owner, Role::Admin, Role::Auditor] {
        let cookie = house.enter_as(role).await;
        let page = house.get("/voicemail", &cookie).await.body;
        assert!(page.contains("Box v1") && page.contains("Anna Berger"), "{page}");
        assert!(!page.contains("m2") && !page.contains("+4930555010") && !page.contains("Caller"), "{page}");
        assert_eq!(page.contains("action=\"/voicemail/greetings\""), role != Role::Auditor, "{role:?}");
        let all = house.get("/api/v1/voicemail", &cookie).await.body;
        assert!(all.contains("\"new\":1") && !all.contains("Caller") && !all.contains("edition"), "{all}");
    }
    let cookie = house.enter_as(Role::Owner).await;
    let mut owner = house.vault.account("owner").await.unwrap().unwrap();
    owner.user = None;
    house.vault.keep_account(owner).await.unwrap();
    for path in ["/me/messages/m2/sound", "/api/v1/me/messages/m2/sound", "/api/v1/me/messages/m2"] {
        assert_eq!(house.get(path, &cookie).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(house.get("/me/messages", &cookie).await.body.contains("gehört zu keiner Person"));
    assert_eq!(
        house.ask_socket("/api/v1/me/messages").await.status,
        StatusCode::NOT_FOUND,
        "not even the box"
    );
}

#[tokio::test]
async fn programs_read_mark_and_delete_with_the_scope_for_calls() {
    let (house, answering, anna) = answering().await;
    let list: Value =
        serde_json::from_str(&house.get("/api/v1/me/messages?limit=1", &anna).await.body).unwrap();
    assert_eq!((&list["schema"], &list["items"][0]["id"]), (&"messages/1".into(), &"m2".into()));
    assert_eq!((&list["mailboxes"][0]["id"], list["mailboxes"].as_array().unwrap().len()), (&"v0".into(), 1));
    let next = format!("/api/v1/me/messages?cursor={}", list["next"].as_str().unwrap());
    let rest: Value = serde_json::from_str(&house.get(&next, &anna).await.body).unwrap();
    assert_eq!((&rest["items"][0]["id"], &rest["next"]), (&"m1".into(), &Value::Null));
    let broken = house.get("/api/v1/me/messages?limit=x", &anna).await;
    assert_eq!((broken.status.as_u16(), broken.header("content-type")), (400, "application/problem+json"));

    let order = |path: &str| {
        request("POST", path)
            .header("cookie", &anna)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/json")
    };
    let one = "/api/v1/me/messages/m2";
    let tag = house.get(one, &anna).await.header("etag").to_owned();
    let mark = r#"{"heard": true}"#;
    assert_eq!(house.ask(order(one).header("if-match", "\"0\""), mark).await.status.as_u16(), 412);
    assert_eq!(house.ask(order(one).header("if-match", &tag), mark).await.status, StatusCode::OK);
    assert_eq!(house.ask(order(&format!("{one}/gone")), "").await.status, StatusCode::OK);
    assert_eq!(house.ask(order(&format!("{one}/back")), "").await.status, StatusCode::OK);
    let greeting = "/api/v1/me/greetings/v0";
    assert_eq!(house.ask(order(greeting), "RIFF....").await.status, StatusCode::OK);
    let refused = house.ask(order(greeting), "ID3").await;
    assert_eq!((refused.status.as_u16(), refused.header("content-type")), (409, "application/problem+json"));
    assert_eq!(house.ask(order(&format!("{greeting}/gone")), "").await.status, StatusCode::OK);
    let asked = ["heard m2 true", "delete m2", "restore m2", "greet v0 8", "ungreet v0"];
    assert_eq!(*answering.0.lock().unwrap(), asked);
    let strange = house.ask(order("/api/v1/me/messages/strange/gone"), "").await;
    assert_eq!((strange.status.as_u16(), strange.header("content-type")), (404, "application/problem+json"));
}

#[tokio::test]
async fn a_list_that_is_open_brings_itself_up_to_date_and_shows_nothing_else_of_the_house() {
    let (house, _, anna) = answering().await;
    let answer = house.send(request("GET", "/me/events").header("cookie", &anna), "").await;
    assert_eq!(answer.headers().get("content-type").unwrap(), "text/event-stream");
    let mut stream = answer.into_body();
    let mut next = async || {
        let frame = stream.frame().await.unwrap().unwrap();
        String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()
    };
    let first = next().await;
    assert!(first.contains("id=\"messages\"") && first.contains("/me/messages/m2/sound"), "{first}");
    assert!(!first.contains("id=\"calls\"") && !first.contains("id=\"alarms\""), "{first}");
    let happens = |mailbox: usize| {
        house.change(|view| {
            let mut boxes = view.mailboxes.to_vec();
            boxes[mailbox].edition += 1;
            view.mailboxes = boxes.into();
        });
    };
    happens(1);
    house.change(|view| view.calls.clear());
    happens(0);
    assert!(next().await.contains("id=\"messages\""));
    assert_eq!(house.get("/events", &anna).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_greeting_is_handed_in_with_a_form_and_a_bad_one_is_named() {
    let (house, answering, anna) = answering().await;
    let admin = house.enter_as(Role::Admin).await;
    let send = async |path: &str, cookie: &str, file: &str| {
        let part = |name: &str, text: &str| {
            format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let file = part("file\"; filename=\"a.wav", file);
        let builder = request("POST", path)
            .header("cookie", cookie)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "multipart/form-data; boundary=x");
        house.ask(builder, &format!("{}{file}--x--\r\n", part("mailbox", "v0"))).await
    };
    assert_eq!(send("/me/greetings", &anna, "RIFF").await.header("location"), "/me/messages");
    assert_eq!(send("/voicemail/greetings", &admin, "RIFF12").await.header("location"), "/voicemail");
    assert_eq!(*answering.0.lock().unwrap(), ["greet v0 4", "greet v0 6"]);
    for (path, cookie) in [("/me/greetings", &anna), ("/voicemail/greetings", &admin)] {
        let refused = send(path, cookie, "ID3").await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{path}");
        assert!(
            refused.body.contains("Keine WAV-Datei.") && refused.body.contains("<h1>"),
            "{}",
            refused.body
        );
    }
    let kept_out = send("/voicemail/greetings", &anna, "RIFF").await;
    assert_eq!(kept_out.status, StatusCode::FORBIDDEN);
    let own = house.get("/me/greetings/v0", &anna).await;
    assert_eq!((own.status, own.header("content-type")), (StatusCode::OK, "audio/wav"));
    assert_eq!(house.get("/voicemail/greetings/v0", &admin).await.status, StatusCode::OK);
    let audit = house.get("/security/audit", &admin).await.body;
    assert!(audit.contains("Ansage eines Anrufbeantworters geändert"), "{audit}");
}

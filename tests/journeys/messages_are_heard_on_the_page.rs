//! A message lies in a mailbox of the house: whose it is listens to it on the page, marks it, deletes it and takes it back. Nobody
//! else gets at it: not a colleague, not whoever administers the box.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use media::recording::{Recording, Sides};
use serde_json::{Value, json};
use tests::{Browser, Gatehouse, PracticeCloud, Theme, program::in_tree, until};

const PASSWORD: &str = "Pruefung-2026";
const SAME_SITE: [&str; 2] = ["-H", "sec-fetch-site: same-origin"];

/// Three seconds in which the caller and what he heard differ.
fn recorded(house: &Gatehouse, id: &str) {
    let folder = house.data().join("messages");
    fs::create_dir_all(&folder).unwrap();
    let mut recording =
        Recording::begin(File::create(folder.join(format!("{id}.wav"))).unwrap(), Sides::Both).unwrap();
    for moment in 0..150_i16 {
        recording.write(&[[moment * 20; 160], [-9_999; 160]]).unwrap();
    }
    recording.end().unwrap();
}

/// Somebody left a message in an earlier life of the box.
fn left(house: &Gatehouse, id: &str, mailbox: &str, number: &str) {
    recorded(house, id);
    let caller = json!({"device": null, "user": null, "number": number, "name": ""});
    let left = json!({"secs_since_epoch": 1_795_000_000, "nanos_since_epoch": 0});
    let length = json!({"secs": 3, "nanos": 0});
    let body = json!({"id": id, "mailbox": mailbox, "caller": caller, "left": left, "length": length, "heard": false});
    let row = "import sqlite3,sys\nc = sqlite3.connect(sys.argv[1])\n\
               c.execute('INSERT INTO message (id, body) VALUES (?, ?)', sys.argv[2:])\nc.commit()";
    let mut python = Command::new("python3");
    python.args(["-c", row]).arg(house.data().join("gatehouse.db")).args([id, &body.to_string()]);
    assert!(python.status().unwrap().success());
}

/// Somebody who is signed in.
struct Person<'a> {
    house: &'a Gatehouse,
    jar: String,
}

impl<'a> Person<'a> {
    fn named(house: &'a Gatehouse, name: &str) -> Self {
        Self { house, jar: house.folder().join(format!("cookies-{name}")).display().to_string() }
    }

    /// The first account of the box.
    fn sets_up(house: &'a Gatehouse) {
        let this = Self::named(house, "admin");
        let code = house.setup_code();
        let status = this.sends("/setup", &[("code", &code), ("password", PASSWORD), ("repeat", PASSWORD)]);
        assert_eq!(status, 303, "set up");
    }

    /// The same, later.
    fn admin(house: &'a Gatehouse) -> Self {
        let this = Self::named(house, "admin");
        assert_eq!(this.sends("/login", &[("account", "admin"), ("password", PASSWORD)]), 303, "signed in");
        this
    }

    /// An account for a person of the cloud's account.
    fn makes(&self, name: &str, user: &str) -> Self {
        let wanted =
            [("name", name), ("role", "user"), ("user", user), ("password", PASSWORD), ("repeat", PASSWORD)];
        assert_eq!(self.sends("/security/accounts", &wanted), 303, "an account");
        let other = Self::named(self.house, name);
        assert_eq!(other.sends("/login", &[("account", name), ("password", PASSWORD)]), 303, "signed in");
        other
    }

    fn sends(&self, path: &str, fields: &[(&str, &str)]) -> u16 {
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut options = vec!["-b", &self.jar, "-c", &self.jar, SAME_SITE[0], SAME_SITE[1]];
        fields.iter().for_each(|field| options.extend(["--data-urlencode", field]));
        self.house.fetch(path, &options).0
    }

    fn opens(&self, path: &str) -> (u16, String) {
        self.house.fetch(path, &["-b", &self.jar, "-H", "accept-language: de", "--output", "-"])
    }

    fn messages(&self) -> Value {
        let (status, told) = self.opens("/api/v1/me/messages");
        assert_eq!(status, 200, "{told}");
        serde_json::from_str(&told).unwrap()
    }
}

/// A box with a message for Zoë, one for the switchboard's group, and one about which nothing was written down.
fn answered() -> (PracticeCloud, Gatehouse) {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::beside(&cloud);
    Person::sets_up(&house);
    house.stop();
    left(&house, "m-one", "v1", "+4930555010");
    left(&house, "m-group", "v9", "+4930555011");
    recorded(&house, "v1-lost");
    house.power_on();
    house.knows_the_account();
    (cloud, house)
}

#[test]
fn a_message_is_played_marked_deleted_and_taken_back_by_whose_it_is() {
    let (_cloud, mut house) = answered();
    let admin = Person::admin(&house);
    let zoe = admin.makes("zoe", "w1");
    until("three messages", || (zoe.messages()["items"].as_array()?.len() >= 2).then_some(()));
    let browser = Browser::start();
    let page = format!("https://{}:8443", house.address());
    browser.opens(&format!("{page}/login?lang=de"));
    let _ = browser.evaluates("document.getElementById('account').value = ''");
    for (field, text) in [("#account", "zoe"), ("#password", PASSWORD)] {
        browser.types(field, text);
    }
    browser.clicks("form button");
    browser.shows("Mein Telefon");
    browser.opens(&format!("{page}/me/messages"));
    for words in ["Voicemail Zoë Schäfer", "Unbekannt", "+4930555010", "neu"] {
        browser.shows(words);
    }
    looked_at(&browser, "me-messages-full");

    let own = "audio[src='/me/messages/m-one/sound']";
    // Browsers play nothing for who has not touched the page.
    browser.clicks("h1");
    let played = browser.asks(&format!(
        "const one = document.querySelector(\"{own}\"); one.muted = true; await one.play(); \
         const whole = one.duration; one.currentTime = 2.5; \
         await new Promise((done) => one.addEventListener('ended', done)); return [whole, one.dataset.unheard]"
    ));
    assert_eq!(played, json!([3, "m-one"]), "it can be sought in, and ends");
    // The list brings itself up to date.
    until("it counts as heard", || {
        let gone =
            browser.evaluates(&format!("return document.querySelector(\"{own}\").dataset.unheard ?? ''"));
        (gone == "").then_some(())
    });
    browser.clicks("form[action='/me/messages/new'] button");
    until("it counts as new again", || (heard(&zoe, "m-one") == json!(false)).then_some(()));
    let delete = "form[action='/me/messages/gone']:has(input[value='m-one']) button";
    is_not_disturbed(&browser, &zoe, delete);
    browser.shows("Gerade gelöscht");
    assert_eq!(zoe.opens("/me/messages/m-one/sound").0, 404);
    browser.clicks("form[action='/me/messages/back'] button");
    until("it is back", || (heard(&zoe, "m-one") == json!(true)).then_some(()));
    browser.opens(&format!("{page}/me/messages"));
    browser.clicks(delete);
    browser.shows("Gerade gelöscht");
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());

    house.power_cut();
    house.power_on();
    house.knows_the_account();
    let zoe = Person::named(&house, "zoe");
    until("what is left", || (heard(&zoe, "v1-lost") == json!(false)).then_some(()));
    assert_eq!(heard(&zoe, "m-one"), Value::Null, "deleted is deleted, also by a power cut");
    let folder = house.data().join("messages");
    assert!(!folder.join("m-one.gone").exists() && !folder.join("m-one.wav").exists());
}

/// While somebody is at a button the list brings itself up to date around them: they stay at it, and a click that they have begun counts.
fn is_not_disturbed(browser: &Browser, zoe: &Person<'_>, button: &str) {
    let marked = |how: &str| {
        assert_eq!(zoe.sends(&format!("/me/messages/{how}"), &[("id", "m-one")]), 303, "marked as {how}");
    };
    let offers = |what: &str| {
        let form = format!("form[action='/me/messages/{what}']:has(input[value='m-one'])");
        until(&format!("the list offers {what}"), || {
            let there = browser.evaluates(&format!("return document.querySelector(\"{form}\") !== null"));
            (there == true).then_some(())
        });
    };
    offers("heard");
    let _ = browser.evaluates(&format!("document.querySelector(\"{button}\").focus()"));
    marked("heard");
    offers("new");
    let stays =
        browser.evaluates(&format!("return document.activeElement === document.querySelector(\"{button}\")"));
    assert_eq!(stays, json!(true), "who was at the button is at it");
    marked("new");
    offers("heard");

    let _ = browser.evaluates(
        "window.heard = ''; const events = new EventSource('/me/events'); \
         events.addEventListener('parts', (event) => window.heard = event.data)",
    );
    browser.presses(button);
    marked("heard");
    until("the news are there", || {
        let news = browser.evaluates("return window.heard.includes('/me/messages/new')");
        (news == true).then_some(())
    });
    browser.lets_go();
}

fn heard(who: &Person<'_>, id: &str) -> Value {
    let told = who.messages();
    let one = told["items"].as_array().unwrap().iter().find(|it| it["id"] == id).cloned();
    one.map_or(Value::Null, |one| one["heard"].clone())
}

#[test]
fn nobody_else_reaches_it_by_any_way() {
    let (_cloud, house) = answered();
    let admin = Person::admin(&house);
    let (zoe, ben) = (admin.makes("zoe", "w1"), admin.makes("ben", "w5"));
    until("both messages", || (zoe.messages()["items"].as_array()?.len() >= 2).then_some(()));
    let sound = "/me/messages/m-one/sound";
    for path in [sound, "/api/v1/me/messages/m-one/sound", "/api/v1/me/messages/m-one"] {
        assert_eq!(ben.opens(path).0, 404, "{path}");
        assert_eq!(admin.opens(path).0, 404, "{path}");
        let (stranger, _) = house.fetch(path, &[]);
        assert!(matches!(stranger, 303 | 401), "{path}: {stranger}");
    }
    for act in ["heard", "new", "gone", "back"] {
        for who in [&ben, &admin] {
            assert_eq!(who.sends(&format!("/me/messages/{act}"), &[("id", "m-one")]), 404, "{act}");
        }
    }
    for path in
        ["/me/messages/..%2f..%2fsecret.key/sound", "/me/messages/%2e%2e/sound", "/me/greetings/..%2fv1"]
    {
        assert_eq!(zoe.opens(path).0, 404, "{path}");
    }
    assert_eq!(heard(&zoe, "m-one"), json!(false), "nothing of it did anything");
}

#[test]
fn the_admin_sees_how_many_there_are_and_only_the_caller_is_heard() {
    let (_cloud, house) = answered();
    let admin = Person::admin(&house);
    let (zoe, ben) = (admin.makes("zoe", "w1"), admin.makes("ben", "w5"));
    until("both messages", || (zoe.messages()["items"].as_array()?.len() >= 2).then_some(()));
    let sound = "/me/messages/m-one/sound";
    let (_, boxes) = admin.opens("/voicemail");
    assert!(boxes.contains("Voicemail Zoë Schäfer") && !boxes.contains("+4930555010"), "{boxes}");
    let (status, told) = admin.opens("/api/v1/voicemail");
    let told: Value = serde_json::from_str(&told).unwrap_or_else(|error| panic!("{status} {error}"));
    let zoes = told["mailboxes"].as_array().unwrap().iter().find(|it| it["id"] == "v1").unwrap();
    assert_eq!(
        (&zoes["new"], &zoes["old"], &zoes["people"]),
        (&json!(2), &json!(0), &json!(["w1"])),
        "{told}"
    );
    assert_eq!(ben.opens("/voicemail").0, 403);
    let (status, _) = house.fetch(sound, &["-b", &zoe.jar, "-r", "44-363", "--output", "/dev/null"]);
    assert_eq!(status, 206);
    let out = house.folder().join("part.wav").display().to_string();
    let _ = house.fetch(sound, &["-b", &zoe.jar, "-r", "6444-6447", "-o", &out]);
    assert_eq!(fs::read(&out).unwrap(), [144, 1, 144, 1], "the caller alone, from the twentieth moment on");
}

#[test]
fn a_greeting_of_one_s_own_is_handed_in_and_heard_and_the_account_s_recordings_go_with_it() {
    let (_cloud, house) = answered();
    let admin = Person::admin(&house);
    let zoe = admin.makes("zoe", "w1");
    until("both messages", || (zoe.messages()["items"].as_array()?.len() >= 2).then_some(()));
    let wave = house.folder().join("hello.wav");
    let samples: Vec<u8> =
        (0..16_000_u32).flat_map(|it| u16::try_from(it % 99).unwrap().to_le_bytes()).collect();
    fs::write(&wave, [head(16_000), samples].concat()).unwrap();
    let hands_in = |who: &Person<'_>, path: &str, file: &Path| {
        let file = format!("file=@{}", file.display());
        let options = ["-b", &who.jar, SAME_SITE[0], SAME_SITE[1], "-F", "mailbox=v1", "-F", &file];
        house.fetch(path, &options)
    };
    assert_eq!(hands_in(&zoe, "/me/greetings", &wave).0, 303);
    assert_eq!(zoe.opens("/me/greetings/v1").0, 200);
    assert_eq!(admin.opens("/voicemail/greetings/v1").0, 200);
    fs::write(&wave, b"ID3 and so on").unwrap();
    let (status, page) = hands_in(&admin, "/voicemail/greetings", &wave);
    assert!(status == 409 && page.contains("nicht als MP3"), "{status} {page}");
    assert_eq!(zoe.sends("/me/greetings/gone", &[("id", "v1")]), 303);
    assert_eq!(zoe.opens("/me/greetings/v1").0, 404);

    let unlinked = house.command(&["unlink"]).output().unwrap();
    assert!(unlinked.status.success(), "{unlinked:?}");
    assert!(!house.data().join("messages").join("m-one.wav").exists());
    assert_eq!(house.rows("gatehouse.db", "message"), 0);
}

/// The head of a WAV file with so many samples of one channel.
fn head(samples: u32) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    Recording::begin(&mut file, Sides::Both).unwrap().end().unwrap();
    let mut head = file.into_inner();
    let put = |head: &mut Vec<u8>, at: usize, bytes: &[u8]| head[at..at + bytes.len()].copy_from_slice(bytes);
    put(&mut head, 22, &1_u16.to_le_bytes());
    put(&mut head, 28, &16_000_u32.to_le_bytes());
    put(&mut head, 32, &2_u16.to_le_bytes());
    put(&mut head, 4, &(2 * samples + 36).to_le_bytes());
    put(&mut head, 40, &(2 * samples).to_le_bytes());
    assert_eq!(head.len(), 44);
    head
}

/// Both themes, at a desk and on a telephone.
fn looked_at(browser: &Browser, name: &str) {
    let out = in_tree("tests/out/screens");
    fs::create_dir_all(&out).unwrap();
    for (width, theme) in [(1280, Theme::Light), (1280, Theme::Dark), (360, Theme::Dark), (360, Theme::Light)]
    {
        browser.looks(width, theme);
        let what = format!("{name}-de-{}-{width}", format!("{theme:?}").to_lowercase());
        let wide =
            browser.evaluates("return document.documentElement.scrollWidth").as_u64().unwrap_or_default();
        assert!(wide <= u64::from(width), "{what} is {wide} wide");
        assert_eq!(browser.is_held_against_it(), [""; 0], "{what}");
        browser.takes_a_long_picture(&out.join(format!("{what}.png")));
    }
    browser.looks(1280, Theme::Light);
}

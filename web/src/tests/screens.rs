//! What stands on the pages, in both languages, whatever people are called.

use super::*;
use crate::view::Machine;
use crate::view::account::{
    Account, Balance, Channel, Contact, Device, DeviceKind, Faxline, Forwarding, Group, Location, Number,
    NumberKind, Phoneline, Porting, Target, User,
};

const NASTY: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\r\n\ndata: x\u{0}";

const NASTY_QUERY: &str = "q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E";

#[tokio::test]
async fn the_dashboard_shows_phones_calls_mirror_and_notices() {
    let (house, cookie) = House::set_up().await;
    let page = house.get("/", &cookie).await.body;
    for text in [
        "Telefone können anrufen",
        "<b>1</b> <span>von 2</span>",
        "Anna Berger",
        "+492111234567",
        "im Gespräch",
        ">0:42</time>",
        "api.example.test",
        "Störung · Netzwerk",
        "Die Leitung ist gestört.",
        "Router prüfen.",
        "Gatehouse 1.2.3",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
}

#[tokio::test]
async fn every_place_of_the_navigation_has_a_page_that_says_where_it_is() {
    let house = House::new().await;
    let cookie = house.enter_as(Role::Owner).await;
    for place in crate::sitemap::places() {
        let page = house.get(place.path, &cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{}", place.path);
        let here = format!(r#"<a href="{}" aria-current="page">"#, place.path);
        assert!(page.body.contains(&here), "{}\n{}", place.path, page.body);
        assert_eq!(page.body.matches("<h1").count(), 1, "{}", place.path);
        assert_eq!(page.body.matches("aria-current=\"page\"").count(), 1, "{}", place.path);
    }
}

#[tokio::test]
async fn the_phones_are_listed_searched_and_sorted_without_a_script() {
    let (house, cookie) = House::set_up().await;
    house.change(|view| {
        let more = (0..120).map(|n| {
            phone(&format!("x{n}"), &format!("Werkbank {n}"), None, &n.to_string(), registered(view.started))
        });
        Arc::make_mut(&mut view.phones).extend(more);
    });
    let page = house.get("/phones", &cookie).await.body;
    for text in ["Tischtelefon", "Anna Berger", "angemeldet", "nicht angemeldet", "Seite 1 von 3 · 122"] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    let rows = |page: &str| -> Vec<String> {
        page.split(" id=\"phone-").skip(1).map(|row| row.split('"').next().unwrap().to_owned()).collect()
    };
    let found = house.get("/phones?q=ANNA", &cookie).await.body;
    assert_eq!(rows(&found), ["e0"]);
    let sorted = house.get("/phones?q=werkbank&sort=-extension", &cookie).await.body;
    assert_eq!(rows(&sorted)[..3], ["x119", "x118", "x117"]);
    assert!(
        sorted.contains(r#"aria-sort="descending"><a href="?q=werkbank&#38;sort=extension""#),
        "{sorted}"
    );
    let last = house.get("/phones?q=werkbank&sort=extension&page=999", &cookie).await.body;
    assert_eq!((rows(&last).len(), rows(&last).last().unwrap().as_str()), (20, "x119"));
    assert!(house.get("/phones?q=%3Cscript%3E", &cookie).await.body.contains("Nichts gefunden."));
}

#[tokio::test]
async fn one_search_finds_people_numbers_phones_pages_and_help() {
    let (house, cookie) = House::set_up().await;
    house.change(|view| {
        let user = User {
            id: "w3".to_owned(),
            name: "Zoë Schäfer".to_owned(),
            extensions: vec!["102".to_owned()],
            numbers: vec!["+49305550102".to_owned()],
            ..User::default()
        };
        view.account = Arc::new(Account { users: vec![user], ..Account::default() });
    });
    for (words, found) in [
        ("zo%C3%AB", r#"href="/users/w3""#),
        ("030+555+0102", r#"href="/users/w3""#),
        ("tischtel", r#"href="/phones?q=Tischtelefon""#),
        ("rechnung", r#"href="/billing""#),
        ("sicherheit", r#"href="/security""#),
        ("portier", r#"href="/numbers""#),
    ] {
        let page = house.get(&format!("/search?q={words}"), &cookie).await.body;
        let list = page.split("<tbody>").nth(1).unwrap_or_default();
        assert!(list.contains(found), "{words}: {list}");
    }
    assert!(house.get("/search?q=xyzzy", &cookie).await.body.contains("Nichts gefunden."));
    assert_eq!(house.get("/users/nobody", &cookie).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_drawing_shows_what_becomes_of_a_call() {
    let (house, cookie) = House::set_up().await;
    house.change(|view| {
        let forwardings = vec![Forwarding { to: "v0".to_owned(), alias: "Voicemail".to_owned(), after: 25 }];
        let user = User {
            id: "w0".to_owned(),
            name: "Anna Berger".to_owned(),
            extensions: vec!["11".to_owned()],
            devices: vec!["e0".to_owned(), "e1".to_owned()],
            lines: vec![Phoneline { forwardings, ..Phoneline::default() }],
            ..User::default()
        };
        let device = |id: &str, alias: &str| Device {
            id: id.to_owned(),
            alias: alias.to_owned(),
            kind: DeviceKind::Phone,
            ..Device::default()
        };
        let devices = vec![device("e0", "Tischtelefon"), device("e1", "Empfang")];
        view.account = Arc::new(Account { users: vec![user], devices, ..Account::default() });
    });
    let page = house.get("/users/w0", &cookie).await.body;
    assert!(page.contains("Ein Anruf für Anna Berger erreicht 1 von 2 Telefonen."), "{page}");
    let drawing = page.split("<svg class=\"routing\"").nth(1).unwrap().split("</svg>").next().unwrap();
    for words in ["11", "Tischtelefon", "nicht angemeldet", "Voicemail", "nach 25 s"] {
        assert!(drawing.contains(&format!(">{words}</text>")), "{words}: {drawing}");
    }
}

#[tokio::test]
async fn a_box_that_is_not_ready_says_why() {
    let (house, cookie) = House::set_up().await;
    house.change(|view| *view = View::starting("1.2.3", view.started));
    let page = house.get("/", &cookie).await.body;
    for text in ["Noch nicht bereit", "Gatehouse startet gerade.", "Gerade spricht niemand."] {
        assert!(page.contains(text), "{text}");
    }
    assert!(page.contains("noch nie abgeglichen"));
}

#[tokio::test]
async fn a_failed_sync_says_why_and_that_the_copy_serves() {
    let (house, cookie) = House::set_up().await;
    let reason = Sentence::new("Das Konto lehnt den Schlüssel ab.", "The account refuses the token.");
    house.change(|view| view.mirror.state = MirrorState::Failed { reason });
    let page = house.get("/", &cookie).await.body;
    assert!(page.contains("Das Konto lehnt den Schlüssel ab. Die letzte Kopie gilt weiter."), "{page}");
}

#[tokio::test]
async fn the_browser_chooses_the_language_and_the_person_overrules_it() {
    let (house, _) = House::set_up().await;
    let in_language = |accepts: &'static str, cookie: &'static str, path: &'static str| {
        let builder = request("GET", path).header("accept-language", accepts).header("cookie", cookie);
        house.ask(builder, "")
    };
    for (accepts, cookie, path, title) in [
        ("de-DE,de;q=0.9,en;q=0.8", "", "/login", "<title>Anmelden"),
        ("en-GB,en;q=0.9", "", "/login", "<title>Sign in"),
        ("fr,en;q=0.5,de;q=0.3", "", "/login", "<title>Sign in"),
        ("fr", "", "/login", "<title>Anmelden"),
        ("", "", "/login", "<title>Anmelden"),
        ("de", "lang=en", "/login", "<title>Sign in"),
        ("de", "lang=en", "/login?lang=de", "<title>Anmelden"),
        ("de", "lang=xx", "/login?lang=%3Cscript%3E", "<title>Anmelden"),
    ] {
        let page = in_language(accepts, cookie, path).await;
        assert!(page.body.contains(title), "{accepts} {cookie} {path}");
    }
    let chosen = in_language("de", "", "/login?lang=en").await;
    assert!(chosen.header("set-cookie").starts_with("lang=en; Path=/;"));
}

#[tokio::test]
async fn nothing_that_people_are_called_becomes_markup() {
    let house = House::new().await;
    let cookie = house.enter_as(Role::Owner).await;
    let nasty = || NASTY.to_owned();
    let sentence = || Sentence::new(nasty(), nasty());
    house.change(|view| {
        view.version = nasty();
        view.readiness = Readiness::NotYet { reason: sentence() };
        let evil = phone(NASTY, NASTY, Some(NASTY), NASTY, registered(view.started));
        Arc::make_mut(&mut view.phones).push(evil);
        view.calls.push(Call {
            id: nasty(),
            caller: party(Some(NASTY), NASTY),
            callee: party(None, NASTY),
            ..view.calls[0].clone()
        });
        view.mirror.source = nasty();
        view.mirror.state = MirrorState::Failed { reason: sentence() };
        view.account = Arc::new(nasty_account());
        view.machine = Arc::new(Machine { sip: vec![nasty()], data: nasty(), ..Machine::default() });
        view.notices[0].what = sentence();
        view.notices[0].fix = sentence();
    });
    for lang in ["de", "en"] {
        let one = |kind: &str| format!("/{kind}/{}", crate::parts::escaped(NASTY));
        let places = crate::sitemap::places().map(|place| place.path.to_owned());
        let places = places.chain(["/search", "/users/w0"].map(str::to_owned));
        let places = places.chain(["numbers", "groups", "phones"].map(one));
        for (path, query) in places.flat_map(|path| [(path.clone(), ""), (path, NASTY_QUERY)]) {
            let page = house.get(&format!("{path}?lang={lang}&{query}"), &cookie).await.body;
            assert!(page.contains("</html>"), "{path}");
            is_clean(&page);
        }
    }
    let mut stream = house.send(request("GET", "/events").header("cookie", &cookie), "").await.into_body();
    let event = stream.frame().await.unwrap().unwrap().into_data().unwrap();
    let event = std::str::from_utf8(&event).unwrap();
    is_clean(event);
    let lines = event.trim_end().split(['\n', '\r']);
    assert!(lines.clone().all(|line| line.starts_with("data: ") || line == "event: parts"), "{event}");
}

/// An account in which everything is called by markup.
pub(super) fn nasty_account() -> Account {
    let nasty = || NASTY.to_owned();
    let all = || vec![nasty()];
    let forwardings = vec![Forwarding { to: nasty(), alias: nasty(), after: 5 }];
    let line = Phoneline { id: nasty(), alias: nasty(), forwardings, anonymous: Some(nasty()) };
    let user = User {
        id: "w0".to_owned(),
        name: nasty(),
        email: nasty(),
        extensions: all(),
        numbers: all(),
        devices: all(),
        lines: vec![line],
        restrictions: all(),
        location: Some(nasty()),
        ..User::default()
    };
    let device =
        Device { id: nasty(), alias: nasty(), kind: DeviceKind::Phone, shows: nasty(), ..Device::default() };
    let number = |target| Number { id: nasty(), digits: nasty(), kind: NumberKind::Landline, target };
    Account {
        company: nasty(),
        product: nasty(),
        number: nasty(),
        zone: nasty(),
        users: vec![user],
        devices: vec![device],
        groups: vec![Group { id: nasty(), alias: nasty(), numbers: all(), users: all(), ..Group::default() }],
        channels: vec![Channel { id: nasty(), name: nasty(), order: nasty(), ..Channel::default() }],
        numbers: vec![number(Target::Other { id: nasty() }), number(Target::User { id: nasty() })],
        locations: vec![Location { id: nasty(), line: nasty(), state: nasty() }],
        faxlines: vec![Faxline { id: nasty(), alias: nasty(), owner: nasty(), ..Faxline::default() }],
        contacts: vec![Contact { name: nasty(), organization: nasty(), shared: true, ..Contact::default() }],
        portings: vec![Porting { day: nasty(), numbers: all(), ..Porting::default() }],
        links: ["teamUrl", "contactsUrl", "accountTopUpUrl"]
            .map(|name| (name.to_owned(), "javascript:alert(1)".to_owned()))
            .into(),
        balance: Some(Balance { ten_thousandths: -412_345, currency: nasty() }),
        ..Account::default()
    }
}

/// No element but the page's own, no handler, no inline style or script.
fn is_clean(page: &str) {
    for bad in ["<script>", "<img", "onerror=\"", " style=\"", "<style", "javascript:"] {
        let bad_at =
            page.find(bad).map(|at| page.chars().skip(at.saturating_sub(40)).take(120).collect::<String>());
        assert_eq!(bad_at, None, "{bad}");
    }
    let tags = page.split('<').skip(1).filter_map(|tag| tag.split('>').next());
    for tag in tags {
        // What stands between quotes is a value, and quotes within it are escaped.
        let names = tag.split('"').step_by(2).flat_map(str::split_whitespace);
        assert!(names.into_iter().all(|name| !name.starts_with("on")), "<{tag}>");
    }
}

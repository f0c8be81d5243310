//! A call that is over on a page of its own, and who may open it.

use serde_json::Value;

use super::*;
use crate::view::Unheard;
use crate::view::past::{Direction, Event, Kind, Outcome, Past, PhoneVoice, Side, Voice, Witness};
use crate::{Commanded, LocationsAsk, MirrorAsk, Placed, Synced};

/// A daemon that remembers one call, under the number 7.
struct Remembering(Event);

impl Commands for Remembering {
    fn sync(&self) -> Commanded<'_, Synced> {
        NoCommands.sync()
    }

    fn mirror(&self, ask: MirrorAsk) -> Commanded<'_, Value> {
        NoCommands.mirror(ask)
    }

    fn past(&self, _: Witness, _: Option<u64>) -> Commanded<'_, Past> {
        Box::pin(async { Ok(Past { events: vec![self.0.clone()], older: None }) })
    }

    fn past_call(&self, number: u64) -> Commanded<'_, Option<Event>> {
        Box::pin(async move {
            match number {
                8 => Err("the disk does not answer".to_owned()),
                _ => Ok((number == 7).then(|| self.0.clone())),
            }
        })
    }

    fn places(&self, ask: LocationsAsk) -> Placed<'_> {
        NoCommands.places(ask)
    }
}

/// Somebody outside calls 102; she sounds well and hears badly, he loses packets.
fn call() -> Event {
    let phone = PhoneVoice { mos_listening: Some(355), discarded: Some(200), ..PhoneVoice::default() };
    let outside = Voice {
        mos: Some(305),
        packets: 3_000,
        lost: 101,
        loss: 325,
        gaps: 40,
        reordered: 3,
        duplicates: 2,
        sent: 3_055,
        jitter: Duration::from_micros(31_250),
        round_trip: Some(Duration::from_micros(48_900)),
        ..Voice::default()
    };
    let inside =
        Voice { mos: Some(437), packets: 3_050, sent: 2_998, phone: Some(phone), ..Voice::default() };
    let party = |name: &str, number: &str| crate::view::past::Party {
        name: (!name.is_empty()).then(|| name.to_owned()),
        number: number.to_owned(),
    };
    Event {
        number: Some(7),
        kind: Kind::Call,
        direction: Direction::In,
        from: party("<i>Caller", "+4930555010"),
        to: party("", "102"),
        at: SystemTime::UNIX_EPOCH + Duration::from_secs(1_799_990_000),
        talked: Duration::from_secs(61),
        outcome: Outcome::Answered,
        sides: Some([Side::Wan, Side::Lan]),
        voice: Some([outside, inside]),
    }
}

async fn remembering(call: Event) -> House {
    let house = House::with(Arc::new(Remembering(call))).await;
    house.change(|view| {
        let user = |id: &str, extension: &str| crate::view::account::User {
            id: id.to_owned(),
            extensions: vec![extension.to_owned()],
            ..crate::view::account::User::default()
        };
        let users = vec![user("w0", "102"), user("w1", "103")];
        view.account = Arc::new(crate::view::account::Account { users, ..Default::default() });
    });
    house
}

/// The row of a figure in the table of this title, as the two cells behind its name.
fn row(page: &str, title: &str, name: &str) -> [String; 2] {
    let table = page.split_once(&format!("<h2>{title}</h2>")).unwrap_or_else(|| panic!("{title}: {page}")).1;
    let table = table.split_once("</table>").unwrap().0;
    let row = table.split_once(&format!(">{name}</span>")).unwrap_or_else(|| panic!("{name}: {table}")).1;
    let row = row.split_once("</tr>").unwrap().0;
    let mut cells = row.split("<td").skip(1).map(|cell| cell.split_once('>').unwrap().1.replace("</td>", ""));
    [cells.next().unwrap(), cells.next().unwrap()]
}

const NONE: &str = r#"<span class="none">–</span>"#;

#[tokio::test]
async fn every_figure_of_both_sides_stands_under_lan_or_wan() {
    let house = remembering(call()).await;
    let cookie = house.enter_as(Role::Auditor).await;
    let page = house.get("/calls/7?lang=en", &cookie).await.body;
    let heads = page.split_once("<thead>").unwrap().1.split_once("</thead>").unwrap().0;
    let [outside, inside] = ["Caller: line to the outside (WAN)", "Callee: phone in the house (LAN)"];
    assert!(heads.find(outside).unwrap() < heads.find(inside).unwrap(), "{heads}");
    let arrived = "Voice, as it arrived at the box";
    let mark =
        |tone, word, more: &str| format!("<span class=\"mark {tone}\">{word}</span> <small>{more}</small>");
    let name = |name: &str, more: &str| format!("<span class=\"name\">{name}</span> <small>{more}</small>");
    for (figure, outside, inside) in [
        ("MOS", mark("bad", "bad", "3.05"), mark("good", "good", "4.37")),
        ("Packets", "3000".to_owned(), "3050".to_owned()),
        ("Loss", name("3.25 %", "101 packets"), name("0.00 %", "0 packets")),
        ("Bursts of loss", name("40", "mean packets: 2.52"), "<span class=\"name\">0</span>".to_owned()),
        ("Jitter", "31.2 ms".to_owned(), "0.0 ms".to_owned()),
        ("Round trip", "48.9 ms".to_owned(), NONE.to_owned()),
        ("Out of order", "3".to_owned(), "0".to_owned()),
        ("Duplicates", "2".to_owned(), "0".to_owned()),
        ("Packets sent to it", "3055".to_owned(), "2998".to_owned()),
        ("Why it was not heard", NONE.to_owned(), NONE.to_owned()),
    ] {
        assert_eq!(row(&page, arrived, figure), [outside, inside], "{figure}");
    }
    let heard = "As the phone itself heard it";
    assert_eq!(row(&page, heard, "MOS listening"), [NONE.to_owned(), mark("warn", "fair", "3.55")]);
    assert_eq!(row(&page, heard, "Came too late"), [NONE, "2.00 %"]);
    for unknown in [
        "MOS in conversation",
        "Loss",
        "Loss within bursts",
        "Loss between bursts",
        "Mean length of a burst",
        "Jitter",
        "Jitter buffer",
        "Round trip",
        "Delay within the phone",
    ] {
        assert_eq!(row(&page, heard, unknown), [NONE, NONE], "{unknown}");
    }
    assert!(page.contains("&#60;i&#62;Caller") && page.contains("talked") && page.contains("1:01"), "{page}");
    assert!(
        page.contains("trouble is probably on the way to the outside") && !page.contains("in the house."),
        "{page}"
    );
    let german = house.get("/calls/7?lang=de", &cookie).await.body;
    for words in
        ["Anrufer: Leitung nach draußen (WAN)", "Angerufener: Telefon im Haus (LAN)", "31,2 ms", "3,25 %"]
    {
        assert!(german.contains(words), "{words}: {german}");
    }
}

#[tokio::test]
async fn a_side_of_which_nothing_came_shows_dashes_and_the_reason() {
    let mut call = call();
    let silent = Voice { sent: 500, unheard: Some(Unheard::Nothing), ..Voice::default() };
    call.sides = Some([Side::Lan, Side::Lan]);
    call.voice = Some([Voice { mos: Some(437), packets: 500, ..Voice::default() }, silent]);
    let house = remembering(call).await;
    let cookie = house.enter_as(Role::Auditor).await;
    let page = house.get("/calls/7?lang=en", &cookie).await.body;
    let arrived = "Voice, as it arrived at the box";
    for figure in ["MOS", "Loss", "Bursts of loss", "Jitter", "Round trip", "Out of order", "Duplicates"] {
        assert_eq!(row(&page, arrived, figure)[1], NONE, "{figure}");
    }
    assert_eq!(row(&page, arrived, "Packets")[1], "0");
    assert!(row(&page, arrived, "Why it was not heard")[1].contains("no packet arrived"));
    assert!(
        page.contains("is probably in the house.") && !page.contains("WAN") && !page.contains("phone itself"),
        "{page}"
    );
}

#[tokio::test]
async fn a_call_without_figures_says_so_and_what_is_no_call_is_missing() {
    let house = remembering(Event { voice: None, outcome: Outcome::Missed, ..call() }).await;
    let cookie = house.enter_as(Role::Auditor).await;
    let page = house.get("/calls/7?lang=en", &cookie).await.body;
    assert!(page.contains("Nothing is known of the voice") && page.contains("missed"), "{page}");
    for id in ["9", "-7", "7x", "99999999999999999999999", "%00", "7%2f"] {
        assert_eq!(house.get(&format!("/calls/{id}"), &cookie).await.status, StatusCode::NOT_FOUND, "{id}");
    }
    let unread = house.get("/calls/8?lang=de", &cookie).await;
    assert_eq!(unread.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(unread.body.contains("lässt sich gerade nicht lesen") && !unread.body.contains("disk"));
}

#[tokio::test]
async fn the_list_leads_to_the_page_and_one_s_own_list_to_one_s_own() {
    let house = remembering(call()).await;
    let auditor = house.enter_as(Role::Auditor).await;
    let list = house.get("/calls", &auditor).await.body;
    assert!(list.contains("<a href=\"/calls/7\"><time "), "{list}");
    let anna = house.enter_as(Role::User).await;
    let list = house.get("/me", &anna).await.body;
    assert!(list.contains("<a href=\"/me/calls/7\"><time "), "{list}");
    let own = house.get("/me/calls/7?lang=en", &anna).await;
    assert!(own.status == StatusCode::OK && own.body.contains("31.2 ms"), "{}", own.body);
    assert_ne!(house.get("/calls/7", &anna).await.status, StatusCode::OK);
    assert_eq!(house.get("/calls/7", "").await.header("location"), "/login");
}

#[tokio::test]
async fn nobody_opens_the_call_of_somebody_else_as_his_own() {
    let mut call = call();
    call.to.number = "103".to_owned();
    let house = remembering(call).await;
    let anna = house.enter_as(Role::User).await;
    assert_eq!(house.get("/me/calls/7", &anna).await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.get("/me/calls/9", &anna).await.status, StatusCode::NOT_FOUND);
}

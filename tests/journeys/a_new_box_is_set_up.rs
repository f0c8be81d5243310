//! From the printed code to two telephones that talk, by the words on the page alone; and on again after a power cut.

use std::fs;
use std::net::SocketAddr;

use serde_json::json;
use tests::{Gatehouse, Phone, PracticeCloud, Stranger, cloud::TOKEN, phone::Setup, program::in_tree, until};

const PASSWORD: &str = "Pruefung-2026";
/// From the printed code to two phones that ring, and to the handover sheet.
const CLICKS: [usize; 2] = [7, 13];

/// A box as it is flashed: it knows where the cloud is, and nothing else.
fn flashed(cloud: &PracticeCloud) -> Gatehouse {
    let mut house = Gatehouse::new();
    house.configured_with(&format!("[cloud]\napi = \"{}\"\n", cloud.api));
    house.power_on();
    house
}

fn address(house: &Gatehouse) -> String {
    format!("https://{}:8443/?lang=de", house.address())
}

fn sets_a_password(stranger: &mut Stranger, house: &Gatehouse) {
    stranger.fills("Einrichtungscode", &house.setup_code());
    stranger.fills("Neues Passwort", PASSWORD);
    stranger.fills("Passwort wiederholen", PASSWORD);
    stranger.clicks_on("Passwort festlegen");
    stranger.reads("Einrichtung");
}

fn links(stranger: &mut Stranger) {
    stranger.fills("Token-ID", TOKEN.0);
    stranger.fills("Token", TOKEN.1);
    stranger.clicks_on("Verbinden");
    stranger.reads("Benutzer");
}

/// A desk phone with the server that the page names.
fn desk(stranger: &Stranger, cloud: &PracticeCloud, name: &str, extension: &str) -> Phone {
    let text = stranger.browser().text();
    let server =
        text.split("Der Server für Telefone ist ").nth(1).and_then(|rest| rest.split_whitespace().next());
    let server = server.unwrap_or_else(|| panic!("no server: {text}")).trim_end_matches('.');
    let login = cloud.phone(extension);
    assert!(text.contains(&login.user), "the login of {extension} stands there: {text}");
    let server: SocketAddr = format!("{server}:5060").parse().unwrap();
    let mut phone = Setup::new(name, server).login(login).start();
    phone.registered();
    phone
}

#[test]
fn a_stranger_gets_from_the_printed_code_to_two_ringing_phones_by_words_alone() {
    let cloud = PracticeCloud::office();
    let house = flashed(&cloud);
    let pictures = in_tree("tests/out/screens");
    fs::create_dir_all(&pictures).unwrap();
    let mut stranger = Stranger::opens(&address(&house), Some(&pictures));

    sets_a_password(&mut stranger, &house);
    stranger.clicks_on("Weiter");
    stranger.reads("Schritt 2 von 8");
    stranger.clicks_on("Stimmt so");
    stranger.reads("Schritt 3 von 8");
    links(&mut stranger);
    stranger.clicks_on("Weiter");
    stranger.reads("Hilfe käme nach");
    stranger.clicks_on("Ja, hier steht die Box");
    stranger.reads("Schritt 5 von 8");
    let mut anna = desk(&stranger, &cloud, "anna", "102");
    let mut ben = desk(&stranger, &cloud, "ben", "103");
    stranger.reloads_until("2 von");
    stranger.looks_back();
    anna.dial("103");
    ben.rings();
    assert_eq!(stranger.clicks(), CLICKS[0], "at most 25 were promised");

    ben.answers();
    anna.talks();
    stranger.clicks_on("Weiter");
    stranger.reads("Schritt 6 von 8");
    stranger.clicks_on("Stimmt so");
    stranger.reads("Schritt 7 von 8");
    stranger.reloads_until("Gerade sprechen 102 und 103");
    ben.hangs_up();
    anna.call_ends();
    stranger.reloads_until("Zuletzt sprachen 102 und 103");
    stranger.clicks_on("Weiter");
    stranger.reads("Alles ist geprüft.");
    stranger.clicks_on("Fertig");
    stranger.reads("Übergabeblatt");
    stranger.looks_back();
    assert_eq!(stranger.clicks(), CLICKS[1]);
    assert!(stranger.browser().complaints().is_empty(), "{:?}", stranger.browser().complaints());
}

#[test]
fn after_a_power_cut_setting_up_goes_on_where_it_stood_and_ends_with_a_printed_sheet() {
    let cloud = PracticeCloud::office();
    let mut house = flashed(&cloud);
    let code = house.setup_code();
    let mut stranger = Stranger::opens(&address(&house), None);
    sets_a_password(&mut stranger, &house);
    stranger.clicks_on("Weiter");
    stranger.clicks_on("Stimmt so");
    links(&mut stranger);
    stranger.clicks_on("Weiter");
    stranger.clicks_on("Später");
    stranger.reads("Schritt 5 von 8");

    house.power_cut();
    house.power_on();
    house.knows_the_account();
    until("the page", || (house.fetch("/healthz", &[]).0 == 200).then_some(()));
    stranger.browser().opens(&address(&house));
    stranger.reads("Schritten der Einrichtung sind offen.");
    stranger.clicks_on("Mit der Einrichtung weiter");
    stranger.reads("Schritt 5 von 8");
    let text = stranger.browser().text();
    assert_eq!((text.matches("erledigt").count(), text.matches("verschoben").count()), (3, 1), "{text}");
    let used = house.fetch("/setup", &["-d", &format!("code={code}&password={PASSWORD}&repeat={PASSWORD}")]);
    assert!(!used.1.contains("Set-Cookie"), "a code works once");

    // Whatever is still open can be put off, and stands on the sheet.
    for _ in 0..3 {
        stranger.clicks_on("Später");
    }
    stranger.reads("Noch zu tun: ");
    stranger.clicks_on("Fertig");
    for words in ["Übergabeblatt", "Übungsbüro", "SHA-256", "verschoben", "gatehouse reset-admin"] {
        stranger.reads(words);
    }
    let pdf = stranger.browser().prints();
    assert!(pdf.starts_with(b"%PDF-"), "a sheet of paper");
    let shown = stranger.browser().seen_on_paper("nav, header, footer, button");
    assert_eq!(shown, json!(0), "only the sheet is printed");
    stranger.browser().opens(&address(&house));
    stranger.reads("Telefone angemeldet");
    assert!(!stranger.browser().text().contains("der Einrichtung sind offen"));
}

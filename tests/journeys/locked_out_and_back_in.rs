//! Somebody guesses until the door stays shut and says so; the owner, locked out as well, gets back in on the console.

use std::process::Stdio;

use tests::{Gatehouse, Stranger};

const PASSWORD: &str = "Pruefung-2026";
const ANOTHER: &str = "Ein-neuer-Satz-2026";

fn page(house: &Gatehouse, path: &str) -> String {
    format!("https://{}:8443{path}?lang=de", house.address())
}

fn sets_a_password(stranger: &mut Stranger, code: &str, password: &str) {
    stranger.fills("Einrichtungscode", code);
    stranger.fills("Neues Passwort", password);
    stranger.fills("Passwort wiederholen", password);
    stranger.clicks_on("Passwort festlegen");
    stranger.reads("Einrichtung");
}

#[test]
fn who_guesses_is_kept_waiting_and_the_console_lets_the_owner_back_in() {
    let mut house = Gatehouse::new();
    house.power_on();
    let mut owner = Stranger::opens(&page(&house, "/"), None);
    sets_a_password(&mut owner, &house.setup_code(), PASSWORD);

    let mut guesser = Stranger::opens(&page(&house, "/login"), None);
    for _ in 0..5 {
        guesser.fills("Passwort", "geraten");
        guesser.clicks_on("Anmelden");
        guesser.reads("stimmt nicht");
    }
    guesser.fills("Passwort", PASSWORD);
    guesser.clicks_on("Anmelden");
    guesser.reads("Zu viele");
    owner.browser().opens(&page(&house, "/security"));
    owner.reads("Wartet nach zu vielen falschen Anmeldungen");
    owner.browser().opens(&page(&house, "/security/audit"));
    owner.reads("muss nun warten");

    // The password is lost: whoever may write the box's disk makes a new code, and every browser is signed out.
    let mut command = house.command(&["reset-admin"]);
    let told = command.stderr(Stdio::null()).output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    let code =
        told.trim().strip_prefix("set-up code: ").unwrap_or_else(|| panic!("a code: {told}")).to_owned();
    owner.browser().opens(&page(&house, "/security"));
    owner.reads("Einrichtungscode");
    // The lock on this address is about passwords; it ends by itself, and not by trying.
    tests::until("the lock to end", || {
        owner.browser().opens(&page(&house, "/setup"));
        owner.fills("Einrichtungscode", &code);
        owner.fills("Neues Passwort", ANOTHER);
        owner.fills("Passwort wiederholen", ANOTHER);
        owner.clicks_on("Passwort festlegen");
        (!owner.browser().text().contains("Einrichtungscode")).then_some(())
    });
    owner.browser().opens(&page(&house, "/security/audit"));
    owner.reads("Konsole");
}

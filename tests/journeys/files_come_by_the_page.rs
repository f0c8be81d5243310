//! A staff list and a telephone book come in as files, in a browser: faulted cell by cell, taken over when all is right.

use serde_json::{Value, json};
use tests::{Gatehouse, PracticeCloud, until};

use crate::visiting::{admin, download, file};

#[test]
fn a_staff_list_is_mended_on_the_page_handed_over_and_watched_until_they_arrive() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::beside(&cloud);
    house.knows_the_whole_account();
    let (browser, page) = admin(&house);
    browser.opens(&format!("{page}/users/import"));
    let list = "Vorname;Nachname;E-Mail;Durchwahl;Standort\n\
        Nora;Neu;nora@example.org;777;Musterstraße 1, 10115 Berlin\nOle;;ole@example;110;Mond\n";
    browser.types("form[action='/users/import/file'] input", &file(&house, "liste.csv", list));
    browser.clicks("form[action='/users/import/file'] button");
    browser.shows("1 von 2 Zeilen sind richtig, falsche Zellen: 4");
    for fault in ["Das muss ausgefüllt sein.", "keine E-Mail-Adresse", "einen Notruf", "kein Standort"] {
        assert!(browser.text().contains(fault), "{fault}: {}", browser.text());
    }

    // A power cut in the middle costs nothing; the session outlives it too.
    house.power_cut();
    house.power_on();
    house.knows_the_account();
    browser.opens(&format!("{page}/users/import"));
    for (column, text) in
        [("family", "Neumann"), ("email", "ole@example.org"), ("extension", ""), ("location", "")]
    {
        let field = format!("input[name='1.{column}']");
        let _ = browser.evaluates(&format!("document.querySelector(\"{field}\").value = ''"));
        browser.types(&field, text);
    }
    browser.clicks("form[action='/users/import/correct'] button");
    browser.shows("Alles ist richtig.");
    browser.clicks("form[action='/users/import/hand-off'] button");
    browser.shows("0 von 2 sind im Konto angekommen");
    let people = download(&browser, "/api/v1/people/hand-off.csv");
    assert_eq!(
        people,
        "200 firstname,lastname,email\r\nNora,Neu,nora@example.org\r\nOle,Neumann,ole@example.org\r\n"
    );

    let nora = json!({"firstname": "Nora", "lastname": "Neu", "email": "Nora@example.org", "admin": false,
                      "addressId": "", "directDialIds": [], "timezone": "Europe/Berlin"});
    cloud.told("PATCH", "/account/users", &json!({"w77": nora}));
    cloud.told("PATCH", "/account/phonelines", &json!({"p77": {"_owner": "w77", "alias": "Nora Neu"}}));
    let _synced = house.command(&["mirror", "sync"]).output();
    until("her arrival on the page", || {
        browser.opens(&format!("{page}/users/import"));
        browser.text().contains("1 von 2 sind im Konto angekommen").then_some(())
    });
}

#[test]
fn contacts_are_faulted_row_by_row_and_taken_over() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    house.knows_the_whole_account();
    let (browser, page) = admin(&house);
    browser.opens(&format!("{page}/contacts/import"));
    let list = "Vorname;Nachname;Telefon (geschäftlich)\nPetra;Neumann;030 5550777\nKlaus;Fehler;keine\n";
    browser.types("#file", &file(&house, "kontakte.csv", list));
    browser.clicks("form[action='/contacts/import/look'] button");
    browser.shows("Petra Neumann");
    browser.shows("Zeile 3");
    browser.shows("Spalte C");
    assert!(!cloud.told("GET", "/account/contacts", &Value::Null).contains("Petra Neumann"));
    browser.clicks("form[action='/contacts/import/take'] button");
    browser.shows("Ein Kontakt ist auf dem Weg in die Cloud.");
    until("the new contact in the cloud", || {
        cloud.told("GET", "/account/contacts", &Value::Null).contains("Petra Neumann").then_some(())
    });
    assert!(download(&browser, "/api/v1/contacts/contacts.vcf").starts_with("200 BEGIN:VCARD"));
}

use account::Dialling;
use sheet::{Limits, Sheet};

use super::{CellFault, Column, HandOff, Known, NotReady, Review, google, graph, people};

fn known() -> Known {
    Known {
        emails: vec!["old@example.org".into()],
        extensions: vec!["100".parse().unwrap()],
        locations: vec!["Berlin".into()],
    }
}

fn review(text: &str) -> Review {
    let mut sheet = Sheet::open(text.as_bytes(), Limits::default()).unwrap();
    Review::new(people(&mut sheet).unwrap().unwrap(), &known())
}

const HEADING: &str = "Vorname;Nachname;E-Mail;Durchwahl;Standort;MAC-Adresse\n";

#[test]
fn every_wrong_cell_says_what_is_wrong_with_it() {
    let review = review(&format!(
        "{HEADING}Mara;Beispiel;mara@example.org;101;Berlin;00:04:13:aa:bb:01\n;X;no address;100;Bonn;0004\n\
         J;K;MARA@example.org;101;;0004.13AA.BB01\n=cmd|'x'!A;K;old@example.org;112;;\nA;B;a@b.c;1;;\n"
    ));
    let fault = |row: usize, column: Column| review.rows[row].cells[column as usize].fault;
    assert!(review.rows[0].cells.iter().all(|cell| cell.fault.is_none()));
    for (row, column, wanted) in [
        (1, Column::Given, CellFault::Missing),
        (1, Column::Email, CellFault::Email),
        (1, Column::Extension, CellFault::Taken),
        (1, Column::Location, CellFault::Location),
        (1, Column::Device, CellFault::Device),
        (2, Column::Email, CellFault::Twice(2)),
        (2, Column::Extension, CellFault::Twice(2)),
        (2, Column::Device, CellFault::Twice(2)),
        (3, Column::Given, CellFault::Formula),
        (3, Column::Email, CellFault::Taken),
        (3, Column::Extension, CellFault::Forbidden),
        (4, Column::Extension, CellFault::Extension),
    ] {
        assert_eq!(fault(row, column), Some(wanted), "row {row}, {column:?}");
    }
    assert_eq!(HandOff::new(&review), Err(NotReady(12)), "nothing leaves");
}

#[test]
fn a_corrected_cell_turns_green_and_frees_the_one_it_clashed_with() {
    let wrong = review(&format!("{HEADING}A;B;a@b.de;101;;\nC;D;a@b.de;102;;\n"));
    assert!(!wrong.is_green());
    let right = wrong.corrected([(0, Column::Email, " c@d.de ")], &known());
    assert!(right.is_green(), "{right:?}");
}

#[test]
fn a_list_sent_again_goes_on_where_it_stopped() {
    let one = review(&format!("{HEADING}A;B;a@b.de;101;Berlin;\nC;D;c@d.de;;;00-04-13-AA-BB-02\n"));
    let mut first = HandOff::new(&one).unwrap();
    let arrived: Vec<_> = first.arrived(&["A@b.de".into()]).map(|person| person.email.clone()).collect();
    assert_eq!(arrived, ["a@b.de"]);
    first.done("a@b.de");
    let turned =
        "Nachname,Vorname,email,mac,durchwahl,standort\nD,C,C@d.de,000413aabb02,,\nB,A,a@b.de,,101,Berlin\n";
    let again = HandOff::new(&review(turned)).unwrap().resumed(&first);
    assert_eq!(again, first);
    let mut file = vec![];
    again.cloud(&mut file).unwrap();
    assert_eq!(String::from_utf8(file).unwrap(), "firstname,lastname,email\r\nC,D,c@d.de\r\n");
    let other = review(&format!("{HEADING}A;B;a@b.de;102;Berlin;\nC;D;c@d.de;;;000413aabb02\n"));
    assert_ne!(HandOff::new(&other).unwrap().fingerprint, first.fingerprint);
}

#[test]
fn a_sheet_without_the_needed_headings_is_not_taken_for_a_list() {
    let mut sheet = Sheet::open(&b"Name;Telefon\nA;1\n"[..], Limits::default()).unwrap();
    assert_eq!(people(&mut sheet), Ok(None));
}

#[test]
fn entra_id_and_google_fill_the_same_table() {
    let here = Dialling::german(Some("30"));
    let entra = br#"{"@odata.context":"x","@odata.nextLink":"https://graph.microsoft.com/v1.0/users?$skiptoken=X",
        "value":[{"businessPhones":["+49 30 5550-101"],"givenName":"Mara","surname":"Beispiel","mail":null,
        "userPrincipalName":"mara@example.org","officeLocation":"Berlin","accountEnabled":true,"jobTitle":null},
        {"businessPhones":[],"givenName":"Gone","accountEnabled":false}]}"#;
    let google_answer = br#"{"kind":"admin#directory#users","nextPageToken":"T","users":[
        {"primaryEmail":"mara@example.org","name":{"givenName":"Mara","familyName":"Beispiel","fullName":"Mara Beispiel"},
        "suspended":false,"phones":[{"value":"030 5550-101","type":"work"}],"locations":[{"type":"desk","buildingId":"Berlin"}]},
        {"primaryEmail":"gone@example.org","suspended":true}]}"#;
    let (entra, google_page) = (graph(entra, &here).unwrap(), google(google_answer, &here).unwrap());
    assert_eq!(entra.people, google_page.people);
    assert_eq!(google_page.next.as_deref(), Some("T"));
    assert!(entra.next.is_some());
    let review = Review::new(entra.people, &known());
    assert!(review.is_green(), "{review:?}");
    assert_eq!(review.rows[0].text(Column::Extension), "101");
    for wrong in [&b"{}"[..], b"[]", b"{\"value\":1}"] {
        assert!(graph(wrong, &here).is_err());
    }
    assert!(google(b"{\"kind\":\"other\"}", &here).is_err());
}

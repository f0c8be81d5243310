use account::Dialling;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use sheet::{Form, Limits, Sheet, SheetRefused};

use crate::contact::united;
use crate::export::{Table, export};
use crate::vcard::{self, Version};
use crate::{
    Columns, Contact, ContactNumber, Field, Imported, PhoneKind, Place, Problem, Scope, Trouble, import,
};

macro_rules! made_by {
    ($name:literal) => {
        ($name, &include_bytes!(concat!("../tests/files/", $name))[..])
    };
}

fn here() -> Dialling {
    Dialling::german(Some("30"))
}

fn table(bytes: &[u8]) -> Imported {
    let mut sheet = Sheet::open(bytes, Limits::default()).unwrap();
    let columns = Columns::recognise(&sheet.next_row().unwrap().unwrap().cells);
    assert!(columns.suffice(), "{columns:?}");
    import(&mut sheet, &columns, &here(), &Scope::Shared).unwrap()
}

fn cards(bytes: &[u8]) -> Result<Imported, SheetRefused> {
    vcard::import(bytes, Limits::default(), &here(), &Scope::Shared)
}

fn number(kind: PhoneKind, number: &str) -> ContactNumber {
    ContactNumber { kind, number: number.parse().unwrap(), switchboard: false }
}

/// The person in all the files.
fn joerg() -> Contact {
    Contact {
        given: "Jörg".into(),
        family: "Müßig".into(),
        company: "Muster GmbH".into(),
        numbers: vec![number(PhoneKind::Work, "+4930555010"), number(PhoneKind::Mobile, "+491712345678")],
        emails: vec!["joerg@example.org".into()],
        ..Contact::default()
    }
}

fn without_details(mut contact: Contact) -> Contact {
    contact.numbers.retain(|number| number.kind != PhoneKind::Fax);
    (contact.place, contact.note) = (Place::default(), String::new());
    contact
}

#[test]
fn outlook_s_tables_in_either_language() {
    for (name, bytes) in [made_by!("outlook-german.csv"), made_by!("outlook-english.csv")] {
        let imported = table(bytes);
        assert_eq!(imported.problems, [], "{name}");
        let contact = imported.contacts[0].clone();
        assert_eq!(contact.note, "ruft nur\nvormittags zurück", "{name}");
        assert_eq!((contact.place.street.as_str(), contact.place.city.as_str()), ("Hauptstraße 1", "Berlin"));
        assert!(contact.numbers.contains(&number(PhoneKind::Fax, "+4930555019")), "{name}");
        assert_eq!(without_details(contact), joerg(), "{name}");
    }
}

#[test]
fn google_s_tables_old_and_new() {
    let mut both = joerg();
    assert_eq!(table(made_by!("google-old.csv").1).contacts, [both.clone()]);
    both.numbers.push(number(PhoneKind::Mobile, "+491722345678"));
    assert_eq!(table(made_by!("google.csv").1).contacts, [both]);
}

#[test]
fn tables_saved_by_excel_numbers_and_the_cloud() {
    let bare = |contact: &Contact| (contact.shown(), contact.numbers.first().map(|n| n.number.to_string()));
    for ((name, bytes), shown, form) in [
        (made_by!("excel-mac.csv"), "Jörg Müßig", Form::Csv { delimiter: ';', encoding: "macintosh" }),
        (made_by!("excel-unicode.txt"), "Jörg Müßig", Form::Csv { delimiter: '\t', encoding: "UTF-16LE" }),
        (
            made_by!("numbers-mac.csv"),
            "Jörg Müßig, Muster GmbH",
            Form::Csv { delimiter: ';', encoding: "UTF-8" },
        ),
        (made_by!("cloud.csv"), "Jörg Müßig", Form::Csv { delimiter: ',', encoding: "UTF-8" }),
    ] {
        let imported = table(bytes);
        assert_eq!(imported.problems, [], "{name}");
        assert_eq!(bare(&imported.contacts[0]), (shown.to_owned(), Some("+4930555010".to_owned())), "{name}");
        assert_eq!(Sheet::open(bytes, Limits::default()).unwrap().form(), form, "{name}");
    }
}

#[test]
fn what_excel_broke_is_named_cell_by_cell() {
    let imported = table(made_by!("excel-german.csv").1);
    let rounded = Trouble::Number(account::DiallingRefused::Rounded);
    assert_eq!(
        imported.problems,
        [
            Problem { row: 3, column: Some(2), trouble: rounded },
            Problem { row: 3, column: None, trouble: Trouble::NoNumber },
        ]
    );
    let names: Vec<String> = imported.contacts.iter().map(Contact::shown).collect();
    assert_eq!(names, ["Jörg Müßig", "Ole Ärger"]);
    assert_eq!(imported.contacts[1].numbers.len(), 2);
}

#[test]
fn cards_of_every_version() {
    for (name, bytes) in [
        made_by!("phone-2.1.vcf"),
        made_by!("outlook-2.1.vcf"),
        made_by!("apple-3.0.vcf"),
        made_by!("rfc6350-4.0.vcf"),
    ] {
        let imported = cards(bytes).unwrap();
        assert_eq!(imported.problems, [], "{name}");
        let contact = without_details(imported.contacts[0].clone());
        let numbers =
            |contact: &Contact| contact.numbers.iter().map(|n| n.number.clone()).collect::<Vec<_>>();
        assert_eq!((contact.given.as_str(), contact.family.as_str()), ("Jörg", "Müßig"), "{name}");
        assert_eq!(numbers(&contact), numbers(&joerg()), "{name}");
    }
    let apple = &cards(made_by!("apple-3.0.vcf").1).unwrap().contacts[0];
    assert_eq!(apple.note, "Zwei, drei\nZeilen und ein langer Satz; er wird gefaltet, damit er passt");
    let company = &cards(made_by!("rfc6350-4.0.vcf").1).unwrap().contacts[1];
    assert_eq!((company.shown().as_str(), company.numbers[0].switchboard), ("Muster GmbH", true));
}

#[test]
fn hostile_rows_are_left_out_and_named() {
    let imported = table(b"Name;Telefon;Notizen\n=cmd|' /C calc'!A0;030 1234567;\nMara;030 1234568;\"=HYPERLINK(\"\"x\"\")\"\n@SUM(1+1)*cmd|' /C calc'!A0;1;\nOle;+49 30 1234569;-\n");
    assert_eq!(imported.contacts.iter().map(Contact::shown).collect::<Vec<_>>(), ["Ole"]);
    let told: Vec<_> = imported.problems.iter().map(|p| (p.row, p.column, p.trouble)).collect();
    let formula = |row, column| (row, Some(column), Trouble::Formula);
    assert_eq!(told, [formula(2, 0), formula(3, 2), formula(4, 0)]);
    let card = b"BEGIN:VCARD\nVERSION:3.0\nFN:=cmd|' /C calc'!A0\nTEL:030 1234567\nEND:VCARD\n";
    assert_eq!(cards(card).unwrap().problems[0].trouble, Trouble::Formula);
}

#[test]
fn hostile_cards_end_at_a_bound() {
    let endless = std::io::repeat(b'x');
    let refused = vcard::import(endless, Limits::default(), &here(), &Scope::Shared).unwrap_err();
    assert_eq!(refused, SheetRefused::TooLong(Limits::default().text));
    assert_eq!(cards(b"BEGIN:VCARD\nFN:a\0b\n").unwrap_err(), SheetRefused::Nul(1));
    assert_eq!(cards(b"no card at all").unwrap_err(), SheetRefused::OtherFormat);
    let nested = "BEGIN:VCARD\n".repeat(10_000);
    assert_eq!(cards(nested.as_bytes()).unwrap().contacts, []);
}

#[test]
fn ten_thousand_rows_are_taken_and_problems_stay_bounded() {
    let mut text = String::from("Vorname;Nachname;Telefon\n");
    for at in 0..10_000 {
        let row = if at % 2 == 0 {
            format!("Vor{at};Nach;030 {}\n", 1_000_000 + at)
        } else {
            format!("Vor{at};Nach;none\n")
        };
        text.push_str(&row);
    }
    let imported = table(text.as_bytes());
    assert_eq!((imported.rows, imported.contacts.len()), (10_000, 5000));
    assert_eq!((imported.problems.len(), imported.more_problems), (1000, 9000));
}

#[test]
fn an_admin_may_know_better_than_the_heading() {
    let mut columns = Columns::recognise(&["wer".to_owned(), "wo".to_owned()]);
    assert!(!columns.suffice());
    columns.choose(0, Field::FullName);
    columns.choose(1, Field::Phone(PhoneKind::Work));
    let mut sheet = Sheet::open(&b"Jo Po;030 1234567\n"[..], Limits::default()).unwrap();
    let imported = import(&mut sheet, &columns, &here(), &Scope::Shared).unwrap();
    assert_eq!(imported.contacts[0].shown(), "Jo Po");
}

#[test]
fn one_person_in_two_files_is_one() {
    let mut other = joerg();
    other.numbers = vec![number(PhoneKind::Work, "+4930555010"), number(PhoneKind::Home, "+4930999999")];
    let all = united(vec![
        joerg(),
        other.clone(),
        Contact { scope: Scope::Private("w1".parse().unwrap()), ..other },
    ]);
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].numbers.len(), 3);
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zäöüß;,\"\\\\ ]{0,12}".prop_map(|text| text.trim().to_owned()),
        Just(
            "a long name that must be folded, since it has more than seventy-five letters: ÄÖÜÄÖÜÄÖÜÄÖÜ"
                .to_owned()
        ),
    ]
}

fn contact() -> impl Strategy<Value = Contact> {
    let numbers = proptest::collection::hash_set("[2-9][0-9]{6}", 1..3);
    (text(), text(), text(), numbers).prop_map(|(given, family, company, numbers)| Contact {
        given,
        family: format!("F{family}"),
        company,
        numbers: numbers.iter().map(|n| number(PhoneKind::Work, &format!("+4930{n}"))).collect(),
        ..Contact::default()
    })
}

proptest! {
    #[test]
    fn cards_written_are_read_back(contact in contact()) {
        for version in [Version::V3, Version::V4] {
            let mut file = vec![];
            vcard::write(&mut file, version, [&contact]).unwrap();
            assert!(file.split(|byte| *byte == b'\n').all(|line| line.len() <= 76));
            assert_eq!(cards(&file).unwrap().contacts, std::slice::from_ref(&contact));
        }
    }

    #[test]
    fn tables_written_are_read_back(contact in contact()) {
        for form in [Table::Outlook, Table::Google, Table::Excel] {
            let mut file = vec![];
            export(&mut file, form, &here(), [&contact]).unwrap();
            assert_eq!(table(&file).contacts, std::slice::from_ref(&contact), "{form:?}");
        }
    }

    #[test]
    fn any_bytes_are_taken_or_refused(bytes in any::<Vec<u8>>()) {
        let _ = cards(&bytes);
        let _ = Sheet::open(&bytes[..], Limits::default()).map(|mut sheet| {
            let columns = Columns::recognise(&["Name".to_owned(), "Telefon".to_owned()]);
            import(&mut sheet, &columns, &here(), &Scope::Shared)
        });
    }
}

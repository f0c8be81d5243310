use account::{Dialling, UserId};

use super::NameIndex;
use crate::{Contact, ContactNumber, PhoneKind, Scope};

fn contact(scope: Scope, name: &str, written: &str) -> Contact {
    let number = Dialling::german(Some("30")).read(written).unwrap();
    let switchboard = written.ends_with("-0");
    let number = ContactNumber { kind: PhoneKind::Work, number, switchboard };
    Contact { scope, family: name.into(), numbers: vec![number], ..Contact::default() }
}

fn user(id: &str) -> UserId {
    id.parse().unwrap()
}

#[test]
fn the_longest_match_counts_and_of_equal_ones_one_s_own() {
    let mara = || Scope::Private(user("w1"));
    let book = [
        contact(Scope::Shared, "Muster GmbH", "030 5550-0"),
        contact(Scope::Shared, "Muster, Einkauf", "030 5550-20"),
        contact(mara(), "Onkel Jörg", "030 5550-20"),
        contact(mara(), "Tante", "030 777777"),
        contact(Scope::Shared, "zweiter", "030 5550-20"),
    ];
    let index = NameIndex::new(book.iter());
    let name = |number: &str, who: Option<&str>| {
        index.name(&number.parse().unwrap(), who.map(user).as_ref()).unwrap_or("-").to_owned()
    };
    assert_eq!(name("+493055500", None), "Muster GmbH");
    assert_eq!(name("+49305550123", None), "Muster GmbH", "a direct line nobody listed");
    assert_eq!(name("+49305550", None), "-", "the block itself is nobody's number");
    assert_eq!(name("+4930555020", None), "Muster, Einkauf");
    assert_eq!(name("+4930555020", Some("w1")), "Onkel Jörg");
    assert_eq!(name("+4930555020", Some("w2")), "Muster, Einkauf");
    assert_eq!(name("+4930777777", Some("w2")), "-", "what is private stays so");
    assert_eq!(name("+4930777777", Some("w1")), "Tante");
    assert_eq!(name("+49307777", Some("w1")), "-");
    assert_eq!(name("+49305550123456", None), "-", "longer than any direct line");
}

#[test]
fn fifty_thousand_contacts_are_small() {
    let one =
        |at: u32| contact(Scope::Shared, &format!("Kontakt Nummer {at}"), &format!("030 {}", 1_000_000 + at));
    let book: Vec<Contact> = (0..50_000).map(one).collect();
    let index = NameIndex::new(book.iter());
    assert_eq!(index.len(), 50_000);
    assert!(index.bytes() < 4 << 20, "{} bytes", index.bytes());
    assert_eq!(index.name(&"+49301049999".parse().unwrap(), None), Some("Kontakt Nummer 49999"));
}

//! What must hold for files and lists that people upload.

use account::Dialling;
use appliance::{About, Account, Bundle, installed};
use board::network::Network;
use directory::roster::{self, HandOff, Known, Review};
use directory::vcard::Version;
use directory::{Columns, Field, Imported, PhoneKind, Scope, export, import};
use release::{Model, Offer};
use sheet::{Limits, Sheet};

fn here() -> Dialling {
    Dialling::german(Some("30"))
}

/// A number that was read is read again the same from the way it is shown.
pub fn numbers(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(numbers) = here().read_all(text) else { return };
    for number in numbers {
        assert_eq!(here().read(&here().show(&number)), Ok(number));
    }
}

/// Any file is taken or refused, and what was taken is given out again without a cell that a spreadsheet would run.
pub fn table(input: &[u8]) {
    let Ok(mut sheet) = Sheet::open(input, Limits::default()) else { return };
    let Ok(Some(heading)) = sheet.next_row() else { return };
    let mut columns = Columns::recognise(&heading.cells);
    if !columns.suffice() {
        columns.choose(0, Field::FullName);
        columns.choose(1, Field::Phone(PhoneKind::Work));
    }
    let Ok(imported) = import(&mut sheet, &columns, &here(), &Scope::Shared) else { return };
    assert!(imported.problems.len() <= 1000);
    for form in [export::Table::Outlook, export::Table::Google, export::Table::Excel] {
        let mut file = vec![];
        export::export(&mut file, form, &here(), &imported.contacts).expect("memory takes all");
        let mut sheet = Sheet::open(&file[..], Limits::default()).expect("what we write can be read");
        while let Some(row) = sheet.next_row().expect("what we write can be read") {
            assert!(!row.cells.iter().any(|cell| cell.starts_with(['=', '@', '-'])), "{form:?}: {row:?}");
        }
    }
}

/// Cards that were taken are written and taken again.
pub fn vcard(input: &[u8]) {
    let read = |bytes: &[u8]| directory::vcard::import(bytes, Limits::default(), &here(), &Scope::Shared);
    let Ok(Imported { contacts, .. }) = read(input) else { return };
    let mut file = vec![];
    directory::vcard::write(&mut file, Version::V4, &contacts).expect("memory takes all");
    let again = read(&file).map(|imported| imported.contacts.len()).unwrap_or_default();
    assert!(again <= contacts.len());
}

/// Any sheet is a rate table or none.
pub fn rates(input: &[u8]) {
    let Ok(mut sheet) = Sheet::open(input, Limits::default()) else { return };
    let Ok(Some(imported)) = billing::rates::import(&mut sheet) else { return };
    for rate in &imported.rates {
        assert!(rate.first > 0 && rate.then > 0);
        let (short, long) = (rate.price(60), rate.price(3600));
        assert!(short <= long || rate.minute < billing::Amount::ZERO, "talking longer is not cheaper");
    }
}

/// Any answer of a directory, and any sheet, is a list of people or none; only a green table leaves.
pub fn people(input: &[u8]) {
    let lists = [roster::graph(input, &here()), roster::google(input, &here())];
    let mut lists: Vec<_> = lists.into_iter().flatten().map(|page| page.people).collect();
    if let Ok(mut sheet) = Sheet::open(input, Limits::default()) {
        lists.extend(roster::people(&mut sheet).ok().flatten());
    }
    for people in lists {
        let review = Review::new(people, &Known::default());
        let green = review.is_green();
        assert_eq!(HandOff::new(&review).is_ok(), green);
    }
}

/// Whatever lies in the drop zone: what is followed becomes settings of its own lines only, and nothing unsigned is an update.
pub fn drop_zone(input: &[u8]) {
    if let Ok(wishes) = Network::parse(input) {
        for (_, text) in wishes.files() {
            let setting =
                |line: &str| line.is_empty() || line.starts_with('[') || line.split_once('=').is_some();
            assert!(text.lines().all(setting), "{text}");
        }
    }
    if let Ok(account) = Account::parse(input) {
        assert!(
            !account.token_id.contains(char::is_whitespace) && !account.token.contains(char::is_whitespace)
        );
    }
    let about = About { board: "generic".into(), arch: "amd64".into(), version: Default::default() };
    for file in [input, &[b"GATEHOUSE UPDATE 1\n", input].concat()] {
        assert!(Bundle::open(file, &[[7; 32]], &about).is_err());
    }
    let Some(known) = std::str::from_utf8(input).ok().and_then(installed) else { return };
    assert!(known.tries.is_some() || !known.has_failed());
}

/// Whatever the list of versions says: unsigned it is none, and it offers only what is newer and fits into the box.
pub fn feed(input: &[u8]) {
    assert!(release::Feed::open(input, &[[7; 32]]).is_err());
    let Ok(feed) = release::Feed::parse(input) else { return };
    let model = Model { board: "generic", arch: "amd64", version: Default::default() };
    let Some((version, Offer { size, sha256, at, .. })) = feed.newest(model) else { return };
    assert!(version > model.version && (1..=release::LARGEST).contains(size));
    assert!(sha256.len() == 64 && !at.contains(char::is_whitespace));
}

/// What an open backup names lies below the data folder, within what a box can hold, and takes the bytes it says.
pub fn backup(input: &[u8]) {
    let Ok((about, files)) = backup::inventory(input) else { return };
    let plain = |part: &str| !matches!(part, "" | "." | "..") && !part.chars().any(char::is_control);
    assert!(files.iter().all(|(name, _)| name.split('/').all(plain) && !name.contains('\0')));
    assert!(files.iter().map(|(_, size)| size).sum::<u64>() <= input.len() as u64);
    assert!(about.house.len() <= input.len());
}

//! What disks, udev and satellite receivers may say.

use std::time::Instant;

use board::disk::{Disk, PAGE, Says, ata, emmc, nvme};
use board::nmea::{LONGEST, Receiver, read};
use board::serial::udev::Properties;

/// Pages of a disk's health: the first byte says whose, the rest is the page, twice for the one that has two.
pub fn disks(input: &[u8]) {
    let Some((which, bytes)) = input.split_first() else { return };
    let mut page = [0; PAGE];
    page.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    let says = match which % 4 {
        0 => Some(nvme::says(&page)),
        1 => ata::says(&page, &page).ok(),
        2 => ata::endurance(&page).map(|used| Says { used: Some(used), ..Says::default() }),
        _ => emmc_of(bytes),
    };
    let Some(says) = says else { return };
    assert!(says.spare.is_none_or(|spare| spare <= 100));
    let disk = Disk { name: "sda".to_owned(), says: Some(says), ..Disk::default() };
    let complaints = disk.complaints();
    assert!(complaints.is_sorted() && complaints.len() <= 4);
    let again: Disk = serde_json::from_str(&serde_json::to_string(&disk).expect("JSON")).expect("the same");
    assert_eq!(again, disk);
}

fn emmc_of(bytes: &[u8]) -> Option<Says> {
    let (life, reserve) = std::str::from_utf8(bytes).ok()?.split_once(';')?;
    emmc::says(life, reserve)
}

/// Nothing of what udev knows leads out of a folder or to anything that cannot be shown.
pub fn udev(input: &[u8]) {
    let known = Properties::read(&String::from_utf8_lossy(input));
    let link = known.link("serial/by-id/");
    assert!(
        link.is_none_or(|name| !name.contains('/') && name != ".." && !name.chars().any(char::is_control))
    );
    for name in ["ID_VENDOR", "ID_MODEL", "ID_VENDOR_ID", "ID_USB_INTERFACE_NUM"] {
        assert!(known.get(name).is_none_or(|value| !value.chars().any(char::is_control)));
    }
}

/// What a receiver says does not depend on the pieces it comes in, and lies on earth.
pub fn nmea(input: &[u8]) {
    let now = Instant::now();
    let [whole, pieces] = [input.len().max(1), 1].map(|size| {
        let mut receiver = Receiver::default();
        input.chunks(size).for_each(|piece| receiver.handle(now, piece));
        (receiver.says(now), receiver.garbled)
    });
    assert_eq!(whole, pieces);
    if let Some(place) = whole.0.place {
        assert!(place.latitude.abs() <= 90_000_000 && place.longitude.abs() <= 180_000_000);
        assert_eq!(place.to_string().matches(", ").count(), 1);
    }
    if let Ok(sentence) = read(input) {
        assert!(input.len() <= LONGEST && sentence.satellites.is_none_or(|count| count < 100));
    }
}

//! The box itself on its page: what somebody plugged in may call itself anything.

use serde_json::Value;

use super::*;
use crate::view::past::{Past, Witness};
use crate::{
    Commanded, DeviceNow, DiskNow, Hardware, LocationsAsk, MirrorAsk, Placed, ReceiverNow, Room, Synced,
};

/// A daemon around which somebody looks at the hardware.
struct Looking(Result<Hardware, String>);

impl Commands for Looking {
    fn sync(&self) -> Commanded<'_, Synced> {
        NoCommands.sync()
    }

    fn mirror(&self, ask: MirrorAsk) -> Commanded<'_, Value> {
        NoCommands.mirror(ask)
    }

    fn past(&self, witness: Witness, before: Option<u64>) -> Commanded<'_, Past> {
        NoCommands.past(witness, before)
    }

    fn places(&self, ask: LocationsAsk) -> Placed<'_> {
        NoCommands.places(ask)
    }

    fn hardware(&self) -> Commanded<'_, Hardware> {
        Box::pin(async { self.0.clone() })
    }
}

fn seen() -> Hardware {
    let worn = Sentence::new("abgenutzt", "worn");
    let disk = |name: &str| DiskNow { name: name.to_owned(), size: 8 << 30, ..DiskNow::default() };
    let device = DeviceNow {
        name: "<script>alert(1)</script>".to_owned(),
        what: Sentence::new("Faxmodem", "Fax modem"),
        does: Sentence::new("Nichts.", "Nothing."),
        ports: vec!["ttyACM0".to_owned()],
    };
    Hardware {
        disks: vec![
            DiskNow {
                says: true,
                used: Some(93),
                celsius: Some(44),
                complaints: vec![worn],
                ..disk("mmcblk0")
            },
            DiskNow { says: true, used: Some(1), ..disk("nvme0n1") },
            disk("vda"),
        ],
        celsius: Some(51),
        memory: Some(Room { total: 2 << 30, available: 300 << 20 }),
        free: Some(5 << 30),
        devices: vec![device],
        receiver: Some(ReceiverNow {
            place: Some("51.22172, 6.77616".to_owned()),
            satellites: Some(7),
            moment: None,
        }),
    }
}

async fn system(hardware: Result<Hardware, String>, lang: &str) -> String {
    let house = House::with(Arc::new(Looking(hardware))).await;
    let cookie = house.enter_as(Role::Installer).await;
    house.get(&format!("/system?lang={lang}"), &cookie).await.body
}

#[tokio::test]
async fn disks_and_devices_are_shown_in_both_languages() {
    let page = system(Ok(seen()), "de").await;
    for text in [
        "mmcblk0",
        "8.0 GiB",
        "abgenutzt",
        ">93 %<",
        "gut",
        "sagt nichts",
        "51 °C",
        "300 MiB von 2.0 GiB",
        "Faxmodem",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    assert!(page.contains("Der Empfänger sieht die Box hier: 51.22172, 6.77616"), "{page}");
    assert!(!page.contains("<script>alert"), "{page}");
    let page = system(Ok(seen()), "en").await;
    for text in ["worn", "good", "does not say", "Fax modem", "Enter it as the site", "7 satellites"] {
        assert!(page.contains(text), "{text}\n{page}");
    }
}

#[tokio::test]
async fn where_nobody_looks_the_rest_of_the_page_stands() {
    for nothing in [Ok(Hardware::default()), Err("the disk is gone".to_owned())] {
        let page = system(nothing, "de").await;
        assert!(page.contains("Konfigurationsdatei") && !page.contains("Datenträger"), "{page}");
    }
}

//! What the page says of the box itself.

use board::disk::{Complaint, Disk};
use board::nmea::Says;
use board::serial::{Device, Kind, Plugged};
use board::{Condition, Memory};
use web::view::Sentence;
use web::{DeviceNow, DiskNow, Hardware, ReceiverNow, Room};

pub(super) fn shown(condition: &Condition, free: Option<u64>, plugged: Plugged) -> Hardware {
    let Memory { total, available } = condition.memory;
    Hardware {
        disks: condition.disks.iter().map(disk).collect(),
        celsius: condition.celsius,
        memory: (total > 0).then_some(Room { total, available }),
        free,
        devices: plugged.devices.into_iter().map(device).collect(),
        receiver: plugged.receiver.map(receiver),
    }
}

fn disk(disk: &Disk) -> DiskNow {
    let says = disk.says.clone().unwrap_or_default();
    DiskNow {
        name: disk.name.clone(),
        model: disk.model.clone(),
        size: disk.size,
        says: disk.says.is_some(),
        used: says.used,
        celsius: says.celsius,
        hours: says.hours,
        complaints: disk.complaints().into_iter().map(complaint).collect(),
    }
}

/// In a few words.
pub(crate) fn complaint(complaint: Complaint) -> Sentence {
    match complaint {
        Complaint::Failing => Sentence::new("fällt aus", "is failing"),
        Complaint::ReadOnly => Sentence::new("nimmt nichts mehr an", "takes nothing any more"),
        Complaint::Worn => Sentence::new("abgenutzt", "worn"),
        Complaint::Hot => Sentence::new("zu warm", "too warm"),
    }
}

fn receiver(says: Says) -> ReceiverNow {
    ReceiverNow {
        moment: says.moment.map(|moment| moment.to_string()),
        place: says.place.map(|place| place.to_string()),
        satellites: says.satellites,
    }
}

fn device(device: Device) -> DeviceNow {
    let numbers = format!("{}:{}", device.vendor, device.model);
    let (what, does) = kind(device.kind);
    DeviceNow {
        name: if device.name.is_empty() { numbers } else { format!("{} ({numbers})", device.name) },
        what,
        does,
        ports: device.ports.into_iter().map(|port| port.name).collect(),
    }
}

/// What it is, and what the box does with it: honestly.
fn kind(kind: Kind) -> (Sentence, Sentence) {
    match kind {
        Kind::Panel => (
            Sentence::new("Frontplatte", "Front panel"),
            Sentence::new(
                "Ihre Lichter zeigen, wie es der Box geht; Taste und Kontakt werden bedient.",
                "Its lights show how the box is doing; its button and contact are served.",
            ),
        ),
        Kind::Fax => (
            Sentence::new("Faxmodem", "Fax modem"),
            Sentence::new(
                "Sie sieht es, faxen kann sie darüber noch nicht. Ein Faxgerät hängt an einem Adapter am Netz.",
                "It sees it, but cannot fax over it yet. A fax machine is connected by an adapter on the network.",
            ),
        ),
        Kind::Mobile => (
            Sentence::new("Mobilfunkmodem", "Mobile modem"),
            Sentence::new(
                "Sie sieht es, telefonieren oder ins Internet gehen kann sie darüber noch nicht. Als zweite Leitung taugt ein Mobilfunk-Gateway \
                 mit SIP oder ein Mobilfunkrouter.",
                "It sees it, but can neither call nor reach the internet over it yet. As a second line use a mobile gateway with SIP, or a \
                 mobile router.",
            ),
        ),
        Kind::Satellites => (
            Sentence::new("Satellitenempfänger", "Satellite receiver"),
            Sentence::new(
                "Zeit und Ort stehen unten. Weder die Uhr noch einen Standort stellt die Box von selbst danach.",
                "Time and place stand below. The box sets neither its clock nor a site by them on its own.",
            ),
        ),
        Kind::Converter => (
            Sentence::new("Serieller Wandler", "Serial converter"),
            Sentence::new(
                "Was daran hängt, kann sie nicht wissen; sie spricht nicht damit.",
                "It cannot know what hangs on it, and does not talk to it.",
            ),
        ),
        Kind::Other => {
            (Sentence::new("Unbekanntes Gerät", "Unknown device"), Sentence::new("Nichts.", "Nothing."))
        }
    }
}

#[cfg(test)]
mod tests {
    use board::Condition;
    use board::serial::Plugged;

    use super::shown;

    #[test]
    fn the_page_shows_what_the_programs_around_the_daemon_have_seen() {
        let condition: Condition = serde_json::from_str(
            r#"{"disks":[{"name":"sda","model":"Disk","size":5,"says":{"used":91,"celsius":40}},{"name":"vda"}],"celsius":51}"#,
        )
        .unwrap();
        let plugged: Plugged = serde_json::from_str(
            r#"{"devices":[{"kind":"fax","name":"Modem","vendor":"0572","model":"1340","ports":[{"name":"ttyACM0"}]},
                {"kind":"satellites","vendor":"1546","model":"01a8","ports":[{"name":"ttyACM1"}]}],
                "receiver":{"place":{"latitude":51221720,"longitude":6776160},"satellites":7}}"#,
        )
        .unwrap();
        let page = shown(&condition, Some(9), plugged);
        assert_eq!((page.disks[0].complaints[0].de.as_ref(), page.disks[1].says), ("abgenutzt", false));
        assert_eq!((page.free, page.memory, page.celsius), (Some(9), None, Some(51)));
        assert_eq!(page.devices[0].name, "Modem (0572:1340)");
        assert!(page.devices[0].does.en.contains("cannot fax over it yet"));
        assert_eq!(
            (page.devices[1].name.as_str(), page.devices[1].ports[0].as_str()),
            ("1546:01a8", "ttyACM1")
        );
        assert_eq!(page.receiver.unwrap().place.as_deref(), Some("51.22172, 6.77616"));
    }
}

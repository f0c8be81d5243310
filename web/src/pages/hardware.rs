//! The box itself on its page: disks, warmth, memory, and what is plugged in.

use crate::hardware::{DeviceNow, DiskNow, Hardware, ReceiverNow, Room};
use crate::parts::{Cell, Column, Facts, Note, Table, Tone};
use crate::words::Lang;

/// Room, warmth and memory; nothing where nobody looks.
pub(crate) fn facts(t: Lang, hardware: &Hardware) -> Option<Facts> {
    let free = hardware.free.map(|free| Cell::text(bytes(free)));
    let memory = hardware.memory.map(|Room { total, available }| {
        Cell::text(format!("{} {} {}", bytes(available), t.pick("von", "of"), bytes(total)))
    });
    let warm = hardware.celsius.map(|celsius| Cell::text(format!("{celsius} °C")));
    let knows = free.is_some() || memory.is_some() || warm.is_some();
    let facts = Facts::new(t.pick("Gerät", "Device"))
        .known(t.pick("Freier Platz für Daten", "Free space for data"), free)
        .known(t.pick("Freier Arbeitsspeicher", "Free memory"), memory)
        .known(t.pick("Temperatur", "Temperature"), warm);
    knows.then_some(facts)
}

/// Each disk and how it is.
pub(crate) fn disks(t: Lang, disks: &[DiskNow]) -> Option<Table> {
    let columns = [
        Column::new("disk", t.pick("Datenträger", "Disk")),
        Column::new("health", t.pick("Zustand", "Health")),
        Column::new("used", t.pick("Verbraucht", "Used up")).end(),
        Column::new("warm", t.pick("Temperatur", "Temperature")).end(),
    ];
    let mut table = Table::plain(t, t.pick("Datenträger", "Disks"), columns);
    for disk in disks {
        let name = if disk.model.is_empty() { &disk.name } else { &disk.model };
        let more = format!("{} · {}", disk.name, bytes(disk.size));
        let amount = |value: i64, unit: &str| Cell::Amount { value, written: format!("{value} {unit}") };
        table.row([
            Cell::name(name, more),
            health(t, disk),
            disk.used.map_or(Cell::None, |used| amount(used.into(), "%")),
            disk.celsius.map_or(Cell::None, |celsius| amount(celsius.into(), "°C")),
        ]);
    }
    (!table.is_empty()).then(|| table.done())
}

fn health(t: Lang, disk: &DiskNow) -> Cell {
    let more = disk.hours.map(|hours| format!("{hours} {}", t.pick("Betriebsstunden", "hours of use")));
    let (tone, word) = match disk.complaints.first() {
        Some(worst) => (Tone::Bad, t.say(worst)),
        None if disk.says => (Tone::Good, t.pick("gut", "good")),
        None => (Tone::Calm, t.pick("sagt nichts", "does not say")),
    };
    Cell::Mark { tone, word: word.to_owned(), more: more.unwrap_or_default() }
}

/// Each device that is plugged in, and what the box does with it.
pub(crate) fn devices(t: Lang, devices: &[DeviceNow]) -> Option<Table> {
    let columns = [
        Column::new("device", t.pick("Gerät", "Device")),
        Column::new("what", t.pick("Art", "Kind")),
        Column::new("does", t.pick("Was die Box damit macht", "What the box does with it")),
    ];
    let mut table = Table::plain(t, t.pick("Angesteckt", "Plugged in"), columns);
    for device in devices {
        let (what, does) = (t.say(&device.what), t.say(&device.does));
        table.row([Cell::name(&device.name, device.ports.join(", ")), Cell::text(what), Cell::text(does)]);
    }
    (!table.is_empty()).then(|| table.done())
}

/// Where a receiver says that the box stands: offered, for somebody to decide about.
pub(crate) fn place(t: Lang, receiver: Option<&ReceiverNow>) -> Option<Note> {
    let receiver = receiver?;
    let satellites = receiver.satellites.unwrap_or(0);
    let said = [
        receiver.moment.as_ref().map(|moment| format!("{}: {moment}", t.pick("Zeit", "Time"))),
        Some(format!("{satellites} {}", t.pick("Satelliten", "satellites"))),
    ];
    let more = said.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let (what, link) = match &receiver.place {
        Some(place) => (
            format!(
                "{}: {place}",
                t.pick("Der Empfänger sieht die Box hier", "The receiver sees the box here")
            ),
            Some((
                "/locations".to_owned(),
                t.pick("Als Koordinaten des Standorts eintragen", "Enter it as the site's coordinates")
                    .to_owned(),
            )),
        ),
        None => (
            t.pick(
                "Der Empfänger sieht noch nicht genug Satelliten.",
                "The receiver does not see enough satellites yet.",
            )
            .to_owned(),
            None,
        ),
    };
    Some(Note { tone: Tone::Calm, kind: t.pick("Satelliten", "Satellites").to_owned(), what, more, link })
}

/// `7.8 GiB`; whole from ten on.
fn bytes(bytes: u64) -> String {
    const UNITS: [(u32, &str); 4] = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
    let unit = UNITS.iter().find(|(shift, _)| bytes >> shift > 0);
    unit.map_or_else(
        || format!("{bytes} B"),
        |(shift, name)| {
            let tenths = (bytes >> (shift - 7)).saturating_mul(10) >> 7;
            if tenths < 100 {
                format!("{}.{} {name}", tenths / 10, tenths % 10)
            } else {
                format!("{} {name}", tenths / 10)
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_are_written_as_people_say_them() {
        for (size, said) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (7_818_182_656, "7.2 GiB"),
            (2_147_483_648, "2.0 GiB"),
            (300 << 20, "300 MiB"),
            (u64::MAX, "16777215 TiB"),
        ] {
            assert_eq!(bytes(size), said);
        }
    }
}

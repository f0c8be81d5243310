//! What is wrong with the box itself, and what to do before it costs calls.

use board::disk::{Complaint, Disk};
use board::{Condition, Memory};
use web::view::{Fault, Sentence, Severity};

use super::super::hardware::LITTLE_SPACE;
use super::{From, Notices};

impl Notices {
    /// The box as it was last seen; `free` is the room where its data are, in bytes.
    pub(crate) fn hardware(&self, condition: &Condition, free: Option<u64>) {
        self.disk(&condition.disks);
        self.hot(condition);
        self.memory(condition.memory);
        match free.filter(|free| *free < LITTLE_SPACE) {
            Some(free) => self.space(free),
            None => self.clear(From::Space),
        }
    }

    /// The worst of all disks, and apart from it the first that is too warm.
    fn disk(&self, disks: &[Disk]) {
        let all = || disks.iter().flat_map(|disk| disk.complaints().into_iter().map(move |one| (one, disk)));
        match all().filter(|(one, _)| *one != Complaint::Hot).min_by_key(|(one, _)| *one) {
            Some((complaint, disk)) => self.bad_disk(complaint, disk),
            None => self.clear(From::Disk),
        }
        match all().find(|(one, _)| *one == Complaint::Hot) {
            Some((_, disk)) => self.hot_disk(disk),
            None => self.clear(From::HotDisk),
        }
    }

    fn bad_disk(&self, complaint: Complaint, disk: &Disk) {
        let name = named(disk);
        let used = disk.says.as_ref().and_then(|says| says.used);
        let (severity, what) = match (complaint, used) {
            (Complaint::Failing | Complaint::Hot, _) => (
                Severity::Fault,
                Sentence::new(
                    format!(
                        "Der Datenträger {name} meldet, dass er ausfällt. Was darauf liegt, kann jederzeit verloren gehen."
                    ),
                    format!(
                        "The disk {name} says that it is failing. What is on it may be lost at any time."
                    ),
                ),
            ),
            (Complaint::ReadOnly, _) => (
                Severity::Fault,
                Sentence::new(
                    format!("Der Datenträger {name} nimmt nichts mehr an: Nichts lässt sich speichern."),
                    format!("The disk {name} takes nothing any more: nothing can be saved."),
                ),
            ),
            (Complaint::Worn, Some(used)) => (
                Severity::Warning,
                Sentence::new(
                    format!(
                        "Der Datenträger {name} ist abgenutzt: {used} % seiner Lebensdauer sind verbraucht."
                    ),
                    format!("The disk {name} is worn: {used} % of its life is used."),
                ),
            ),
            (Complaint::Worn, None) => (
                Severity::Warning,
                Sentence::new(
                    format!("Der Datenträger {name} ist abgenutzt: Seine Reserve ist fast aufgebraucht."),
                    format!("The disk {name} is worn: its spare room is nearly used up."),
                ),
            ),
        };
        let fix = match severity {
            Severity::Fault => Sentence::new(
                "Jetzt unter Sicherung eine Datei herunterladen, den Datenträger tauschen, neu bespielen und die Sicherung einspielen.",
                "Download a file under Backup now, replace the disk, flash it and restore the backup.",
            ),
            Severity::Warning | Severity::Info => Sentence::new(
                "Unter Sicherung eine Datei herunterladen und den Datenträger in den nächsten Wochen tauschen.",
                "Download a file under Backup, and replace the disk within the next weeks.",
            ),
        };
        self.put(From::Disk, severity, Fault::Box, what, fix);
    }

    fn hot_disk(&self, disk: &Disk) {
        let name = named(disk);
        let celsius = disk.says.as_ref().and_then(|says| says.celsius);
        let [de, en] =
            celsius.map_or_else(Default::default, |now| [format!(" ({now} °C)"), format!(" ({now} °C)")]);
        let what = Sentence::new(
            format!("Der Datenträger {name} ist zu warm{de}: Er altert schneller und bremst sich aus."),
            format!("The disk {name} is too warm{en}: it ages faster and slows itself down."),
        );
        self.put(From::HotDisk, Severity::Warning, Fault::Box, what, cooler());
    }

    fn hot(&self, condition: &Condition) {
        let Some(celsius) = condition.celsius.filter(|_| condition.is_hot()) else {
            return self.clear(From::Hot);
        };
        let what = Sentence::new(
            format!("Die Box ist zu warm ({celsius} °C): Sie wird langsamer und schaltet sich am Ende ab."),
            format!("The box is too warm ({celsius} °C): it slows down, and switches itself off in the end."),
        );
        self.put(From::Hot, Severity::Warning, Fault::Box, what, cooler());
    }

    fn memory(&self, memory: Memory) {
        if !memory.is_short() {
            return self.clear(From::Memory);
        }
        let free = memory.available >> 20;
        let what = Sentence::new(
            format!("Der Arbeitsspeicher ist fast voll: noch {free} MiB frei."),
            format!("Memory is nearly used up: {free} MiB left."),
        );
        let fix = Sentence::new(
            "Die Box neu starten, wenn niemand telefoniert; bleibt es dabei, ein Gerät mit mehr Speicher nehmen.",
            "Restart the box when nobody talks; if it stays so, use a device with more memory.",
        );
        self.put(From::Memory, Severity::Warning, Fault::Box, what, fix);
    }

    fn space(&self, free: u64) {
        let free = free >> 20;
        let what = Sentence::new(
            format!(
                "Der Datenträger ist fast voll: noch {free} MiB frei. Ist er voll, lässt sich nichts mehr speichern."
            ),
            format!("The disk is nearly full: {free} MiB left. Once it is full, nothing can be saved."),
        );
        let fix = Sentence::new(
            "Platz schaffen, oder einen größeren Datenträger nehmen: Sicherung herunterladen, neu bespielen, einspielen.",
            "Free some space, or use a larger disk: download a backup, flash the disk, restore.",
        );
        self.put(From::Space, Severity::Warning, Fault::Box, what, fix);
    }
}

fn cooler() -> Sentence {
    Sentence::new(
        "Lüftungsschlitze frei machen, die Box nicht auf andere Geräte stellen und für kühlere Luft sorgen.",
        "Clear its vents, do not stack it on other devices, and give it cooler air.",
    )
}

/// As a person finds it: the model, and the kernel's name.
fn named(disk: &Disk) -> String {
    if disk.model.is_empty() { disk.name.clone() } else { format!("{} ({})", disk.model, disk.name) }
}

#[cfg(test)]
mod tests {
    use board::Condition;
    use web::view::{Notice, Severity};

    use super::Notices;

    fn notices(json: &str, free: u64) -> Vec<Notice> {
        let notices = Notices::default();
        let bad = Condition { celsius: Some(99), ..Condition::default() };
        notices.hardware(&bad, Some(0));
        assert_eq!(notices.all().len(), 2, "they go when all is well again");
        let seen: Condition = serde_json::from_str(json).unwrap();
        notices.hardware(&seen, Some(free));
        notices.all()
    }

    const PLENTY: u64 = 1 << 40;

    #[test]
    fn a_box_that_is_well_is_not_spoken_of() {
        let well = r#"{"disks":[{"name":"sda","says":{"used":89,"celsius":40}},{"name":"vda"}],"celsius":60,
            "memory":{"total":1000,"available":500}}"#;
        assert_eq!(notices(well, PLENTY), []);
        assert_eq!(notices("{}", PLENTY), []);
    }

    #[test]
    fn of_several_disks_the_worst_is_spoken_of_in_both_languages() {
        let all = notices(
            r#"{"disks":[{"name":"mmcblk0","model":"DG4008","says":{"used":90}},
                {"name":"sda","model":"Disk","says":{"used":91,"warnings":["failing"]}}]}"#,
            PLENTY,
        );
        assert_eq!((all.len(), all[0].severity), (1, Severity::Fault));
        assert!(all[0].what.en.contains("Disk (sda) says that it is failing"), "{all:?}");
        assert!(all[0].what.de.contains("Disk (sda) meldet, dass er ausfällt"));
        assert!(all[0].fix.en.contains("Download a file under Backup now"));
    }

    #[test]
    fn each_complaint_has_words_of_its_own() {
        for (json, words) in [
            (r#"{"disks":[{"name":"sda","says":{"used":90}}]}"#, "sda is worn: 90 % of its life is used"),
            (r#"{"disks":[{"name":"sda","says":{"warnings":["spare"]}}]}"#, "spare room is nearly used up"),
            (r#"{"disks":[{"name":"sda","says":{"warnings":["read_only"]}}]}"#, "takes nothing any more"),
            (r#"{"disks":[{"name":"sda","says":{"celsius":71}}]}"#, "sda is too warm (71 °C)"),
            (r#"{"disks":[{"name":"nvme0n1","says":{"warnings":["hot"]}}]}"#, "nvme0n1 is too warm:"),
            (r#"{"celsius":85}"#, "The box is too warm (85 °C)"),
            (r#"{"memory":{"total":1073741824,"available":20971520}}"#, "20 MiB left"),
        ] {
            let all = notices(json, PLENTY);
            assert!(all.len() == 1 && all[0].what.en.contains(words), "{json}: {all:?}");
        }
        assert!(notices("{}", 5 << 20)[0].what.en.contains("nearly full: 5 MiB left"));
    }
}

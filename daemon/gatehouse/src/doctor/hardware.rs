//! What the disks of the box say of themselves. What is wrong with them is said by the running daemon's notices too, with what to do.

use board::disk::{Complaint, Disk};
use web::view::Sentence;

use super::{Finding, Health, fixed, same};
use crate::run::{Hardware, complaint};

/// One finding for each disk that says how it is; none where nobody asks them.
pub(super) fn of(hardware: &Hardware) -> Vec<Finding> {
    let disks = hardware.condition().unwrap_or_default().disks;
    disks.iter().filter(|disk| disk.says.is_some()).map(finding).collect()
}

fn finding(disk: &Disk) -> Finding {
    let health = match disk.complaints().first() {
        None => return Finding::well("disk", seen(disk)),
        Some(Complaint::Failing | Complaint::ReadOnly) => Health::Failure,
        Some(Complaint::Worn | Complaint::Hot) => Health::Warning,
    };
    let fix = if disk.complaints() == [Complaint::Hot] {
        fixed("für kühlere Luft sorgen", "give it cooler air")
    } else {
        fixed(
            "sichern (gatehouse backup) und den Datenträger tauschen",
            "back up (gatehouse backup) and replace the disk",
        )
    };
    Finding::bad("disk", health, seen(disk), fix)
}

/// `sda: 12 % of its life used, 34 °C`.
fn seen(disk: &Disk) -> Sentence {
    let says = disk.says.clone().unwrap_or_default();
    let mut words: Vec<Sentence> = disk.complaints().into_iter().map(complaint).collect();
    let used = says.used.map(|used| {
        Sentence::new(format!("{used} % der Lebensdauer verbraucht"), format!("{used} % of its life used"))
    });
    let spare =
        says.spare.map(|spare| Sentence::new(format!("{spare} % Reserve"), format!("{spare} % spare")));
    words.extend(
        [used, spare, says.celsius.map(|celsius| same(format!("{celsius} °C")))].into_iter().flatten(),
    );
    if words.is_empty() {
        words.push(fixed("meldet keinen Fehler", "reports no fault"));
    }
    let (de, en): (Vec<_>, Vec<_>) = words.into_iter().map(|Sentence { de, en }| (de, en)).unzip();
    Sentence::new(format!("{}: {}", disk.name, de.join(", ")), format!("{}: {}", disk.name, en.join(", ")))
}

#[cfg(test)]
mod tests {
    use board::disk::Disk;

    use super::{Health, finding};

    fn line(json: &str) -> (Health, String) {
        let disk: Disk = serde_json::from_str(json).unwrap();
        let finding = finding(&disk);
        (finding.health, finding.line())
    }

    #[test]
    fn each_disk_says_how_it_is() {
        let (health, said) = line(r#"{"name":"sda","says":{"used":12,"celsius":34}}"#);
        assert_eq!(
            (health, said.as_str()),
            (Health::Well, "well     disk       sda: 12 % of its life used, 34 °C")
        );
        let (health, said) = line(r#"{"name":"sda","says":{"used":93,"warnings":["failing"]}}"#);
        assert!(
            health == Health::Failure && said.contains("is failing, worn, 93 %") && said.contains("replace")
        );
        let (health, said) = line(r#"{"name":"sda","says":{"celsius":75}}"#);
        assert!(health == Health::Warning && said.contains("cooler air"), "{said}");
        assert!(line(r#"{"name":"sda","says":{}}"#).1.contains("reports no fault"));
    }
}

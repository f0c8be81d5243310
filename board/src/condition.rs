//! How the box is doing: its disks, its warmth, its memory.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::disk::{self, Disk};

/// Boards slow down or switch off a little above this; in degrees Celsius.
const HOT: i16 = 85;
/// With less than this left of its memory a box may end programs; in percent.
const LITTLE: u64 = 5;
/// Thermometers of processors, by the name of their driver.
const PROCESSORS: [&str; 4] = ["coretemp", "k10temp", "zenpower", "cpu_thermal"];
/// No thermometer of a box shows anything else; in thousandths of a degree Celsius.
const CREDIBLE: std::ops::RangeInclusive<i32> = -40_000..=150_000;
/// Thermometers that are read at most.
const MOST: usize = 64;

/// What could be seen of the box.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Condition {
    /// Its disks, by name.
    pub disks: Vec<Disk>,
    /// Of the warmest part, in degrees Celsius.
    pub celsius: Option<i16>,
    /// Its memory.
    pub memory: Memory,
}

/// In bytes.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Memory {
    /// All there is.
    pub total: u64,
    /// What programs can still have.
    pub available: u64,
}

impl Condition {
    /// Whether it is warmer than boards bear for long.
    #[must_use]
    pub fn is_hot(&self) -> bool {
        self.celsius.is_some_and(|celsius| celsius >= HOT)
    }
}

impl Memory {
    /// Whether hardly anything is left.
    #[must_use]
    pub const fn is_short(&self) -> bool {
        self.available < self.total / 100 * LITTLE
    }
}

/// Looks at the box below `root`; its memory is that of the computer this runs on.
#[must_use]
pub fn look(root: &Path) -> Condition {
    Condition { disks: disk::look(root), celsius: warmest(root), memory: memory().unwrap_or_default() }
}

fn memory() -> Option<Memory> {
    let mut system = sysinfo::System::new().ok()?;
    system.refresh_memory();
    Some(Memory { total: system.total_memory(), available: system.available_memory() })
}

/// Of the thermal zones, and of processors that have none.
fn warmest(root: &Path) -> Option<i16> {
    let zones =
        below(&root.join("sys/class/thermal"), "thermal_zone").into_iter().map(|zone| zone.join("temp"));
    let of_processor = |chip: &std::path::PathBuf| {
        fs::read_to_string(chip.join("name")).is_ok_and(|name| PROCESSORS.contains(&name.trim()))
    };
    let chips = below(&root.join("sys/class/hwmon"), "hwmon").into_iter().filter(of_processor);
    let sensors = chips.flat_map(|chip| below(&chip, "temp"));
    let sensors = sensors.filter(|path| path.to_string_lossy().ends_with("_input"));
    let read = zones.chain(sensors).take(MOST).filter_map(|path| thousandths(&path));
    read.filter(|value| CREDIBLE.contains(value)).max().and_then(|value| (value / 1000).try_into().ok())
}

fn below(folder: &Path, begins: &str) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(begins));
    named.map(|entry| entry.path()).collect()
}

fn thousandths(path: &Path) -> Option<i32> {
    let mut text = String::new();
    File::open(path).ok()?.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Condition, Memory, look};

    fn put(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn the_warmest_part_counts_and_a_broken_thermometer_does_not() {
        let box_ = tempfile::tempdir().unwrap();
        let root = box_.path();
        assert_eq!(look(root).celsius, None);
        put(root, "sys/class/thermal/thermal_zone0/temp", "48312\n");
        put(root, "sys/class/thermal/thermal_zone1/temp", "255000\n");
        put(root, "sys/class/thermal/cooling_device0/temp", "99000\n");
        put(root, "sys/class/hwmon/hwmon0/name", "nvme\n");
        put(root, "sys/class/hwmon/hwmon0/temp1_input", "99000\n");
        assert_eq!(look(root).celsius, Some(48));
        put(root, "sys/class/hwmon/hwmon1/name", "k10temp\n");
        put(root, "sys/class/hwmon/hwmon1/temp1_input", "85125\n");
        put(root, "sys/class/hwmon/hwmon1/temp1_crit", "99000\n");
        let seen = look(root);
        assert_eq!((seen.celsius, seen.is_hot()), (Some(85), true));
        assert!(!Condition { celsius: Some(84), ..Condition::default() }.is_hot());
    }

    #[test]
    fn memory_is_short_below_a_twentieth() {
        let seen = look(Path::new("/")).memory;
        assert!(seen.total > seen.available && seen.available > 0, "{seen:?}");
        let left = |available| Memory { total: 1 << 30, available }.is_short();
        assert!(left(50 << 20) && !left(52 << 20));
        assert!(!Memory::default().is_short(), "nothing is known");
    }
}

//! Which disks there are (`/sys/block`), and each asked in its own way.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use super::{Disk, Says, ata, emmc, nvme, orders};

/// A box has fewer.
const MOST: usize = 16;
/// Longest name of a model, in bytes; an NVMe disk has 40.
const LONGEST: usize = 40;
/// Bytes of a sector in `size`, whatever the disk's own are.
const SECTOR: u64 = 512;

/// Every disk of the box below `root`, by name. Who has no right to ask one learns only that it is there.
#[must_use]
pub fn look(root: &Path) -> Vec<Disk> {
    let folder = root.join("sys/block");
    let entries = fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok);
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.retain(|name| is_disk(name) && folder.join(name).join("device").exists());
    names.sort();
    names.truncate(MOST);
    names.into_iter().map(|name| asked(root, name)).collect()
}

/// Not a part of an eMMC that looks like a disk, nothing made of memory or of other disks, no drive for discs.
fn is_disk(name: &str) -> bool {
    let is_number = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit());
    name.strip_prefix("mmcblk").is_some_and(is_number)
        || ["nvme", "sd", "vd"].iter().any(|kind| name.starts_with(kind))
}

fn asked(root: &Path, name: String) -> Disk {
    let block = root.join("sys/block").join(&name);
    let device = block.join("device");
    let model = line(&device.join("model")).or_else(|| line(&device.join("name"))).unwrap_or_default();
    let sectors = line(&block.join("size")).and_then(|size| size.parse::<u64>().ok()).unwrap_or(0);
    let says = if name.starts_with("mmcblk") {
        let text = |file| line(&device.join(file)).unwrap_or_default();
        emmc::says(&text("life_time"), &text("pre_eol_info"))
    } else if let Some(controller) = controller(&name) {
        File::open(root.join("dev").join(controller))
            .ok()
            .and_then(|it| orders::nvme_health(&it).ok())
            .map(|log| nvme::says(&log))
    } else if name.starts_with("sd") {
        File::open(root.join("dev").join(&name)).ok().and_then(|disk| ata(&disk))
    } else {
        None
    };
    Disk { name, model, size: sectors.saturating_mul(SECTOR), says }
}

/// `nvme0` of `nvme0n1`.
fn controller(name: &str) -> Option<&str> {
    let rest = name.strip_prefix("nvme")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    name.get(..4 + digits).filter(|_| digits > 0)
}

fn ata(disk: &File) -> Option<Says> {
    let says = ata::says(&orders::ata_attributes(disk).ok()?, &orders::ata_thresholds(disk).ok()?).ok();
    let endurance = orders::ata_endurance(disk).ok().and_then(|page| ata::endurance(&page));
    match (says, endurance) {
        // What the standard counts is better than what a maker does.
        (Some(says), Some(used)) => Some(Says { used: Some(used), ..says }),
        (says, None) => says,
        (None, Some(used)) => Some(Says { used: Some(used), ..Says::default() }),
    }
}

/// The first line of a small file, as far as it can be shown.
fn line(path: &Path) -> Option<String> {
    let mut text = Vec::new();
    File::open(path).ok()?.take(256).read_to_end(&mut text).ok()?;
    let text = String::from_utf8_lossy(&text);
    let shown: String = text.lines().next()?.chars().filter(|letter| !letter.is_control()).collect();
    let end = shown
        .char_indices()
        .map(|(at, letter)| at + letter.len_utf8())
        .take_while(|end| *end <= LONGEST)
        .last();
    Some(shown.get(..end.unwrap_or(0))?.trim().to_owned())
}

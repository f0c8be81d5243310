//! Disks: what they say of their own health, and what of it somebody should know.
//!
//! ```text
//!   /sys/block ──> found ──┬─ ATA: attributes, thresholds, endurance ─┐
//!                          ├─ NVMe: log page 02h ─────────────────────┼──> Says ──> complaints
//!                          └─ eMMC: life_time, pre_eol_info ──────────┘
//! ```
//!
//! The pages are read by pure functions; only [`look`] touches hardware.

pub mod ata;
pub mod emmc;
mod found;
pub mod nvme;
mod orders;

use serde::{Deserialize, Serialize};

pub use found::look;

/// Bytes of each page a disk gives of its health.
pub const PAGE: usize = 512;
/// From so much of its life on a disk is worn: in percent.
const WORN: u8 = 90;
/// Most disks are made for 70 degrees Celsius at most; NVMe disks know their own limit.
const HOT: i16 = 70;

/// A disk of the box.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Disk {
    /// As the kernel calls it, `nvme0n1`.
    pub name: String,
    /// As its maker calls it.
    pub model: String,
    /// In bytes.
    pub size: u64,
    /// What it says of its health; `None`: it says nothing, as many USB sticks and all virtual disks.
    pub says: Option<Says>,
}

/// What a disk says of its health.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Says {
    /// So much of its life is used, in percent; may be more than 100.
    pub used: Option<u8>,
    /// Spare room that is left, in percent.
    pub spare: Option<u8>,
    /// In degrees Celsius.
    pub celsius: Option<i16>,
    /// Hours under power.
    pub hours: Option<u64>,
    /// What it warns of itself.
    pub warnings: Vec<Warning>,
}

/// What a disk warns of.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// It expects to fail, or does so already.
    Failing,
    /// It takes no more data.
    ReadOnly,
    /// Hardly any spare room is left.
    Spare,
    /// It is warmer than it may be.
    Hot,
}

/// What somebody should know of a disk, the worst first.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Complaint {
    /// It is about to lose data.
    Failing,
    /// It takes no more data.
    ReadOnly,
    /// It has nearly been written as often as it can be.
    Worn,
    /// It is too warm.
    Hot,
}

impl Disk {
    /// The worst first, each once.
    #[must_use]
    pub fn complaints(&self) -> Vec<Complaint> {
        let Some(says) = &self.says else { return Vec::new() };
        let warns = |warning| says.warnings.contains(&warning);
        let worn = warns(Warning::Spare) || says.used.is_some_and(|used| used >= WORN);
        let hot = warns(Warning::Hot) || (!self.is_nvme() && says.celsius.is_some_and(|now| now >= HOT));
        let all = [
            (Complaint::Failing, warns(Warning::Failing)),
            (Complaint::ReadOnly, warns(Warning::ReadOnly)),
            (Complaint::Worn, worn),
            (Complaint::Hot, hot),
        ];
        all.into_iter().filter(|(_, is)| *is).map(|(complaint, _)| complaint).collect()
    }

    fn is_nvme(&self) -> bool {
        self.name.starts_with("nvme")
    }
}

#[cfg(test)]
mod tests;

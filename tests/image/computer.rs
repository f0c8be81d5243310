//! The computers the image is made for, as QEMU has them.

use std::path::PathBuf;
use std::process::Command;

use tests::Place;

use crate::made;

/// What a processor of this kind is called where the image is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Computer {
    /// A small x86-64 computer with UEFI.
    Amd64,
    /// A board with an ARM processor and UEFI.
    Arm64,
}

impl Computer {
    /// As in the names of its files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }

    /// Its firmware, and the firmware's empty settings.
    pub(crate) fn firmware(self) -> [PathBuf; 2] {
        match self {
            Self::Amd64 => ["OVMF/OVMF_CODE_4M.fd", "OVMF/OVMF_VARS_4M.fd"],
            Self::Arm64 => ["AAVMF/AAVMF_CODE.fd", "AAVMF/AAVMF_VARS.fd"],
        }
        .map(|file| made("emulator/usr/share").join(file))
    }

    /// The emulator, not yet with memory, disk and cable; its watchdog where the board has one.
    pub(crate) fn emulated(self, place: &Place) -> Command {
        // An emulator that has to wait for other programs makes its guest miss every deadline.
        let mut qemu = place.command("nice");
        qemu.args(["-n", "-10"]);
        match self {
            Self::Amd64 => qemu
                .arg(made("emulator/qemu-system-x86_64"))
                .args(["-machine", "q35", "-cpu", "max", "-device", "i6300esb"]),
            Self::Arm64 => qemu.arg(made("emulator/qemu-system-aarch64")).args([
                "-machine",
                "virt",
                "-cpu",
                "max,pauth-impdef=on",
                "-smp",
                "2",
            ]),
        };
        qemu.args(["-accel", "tcg,thread=multi,tb-size=256", "-watchdog-action", "reset"]);
        qemu
    }
}

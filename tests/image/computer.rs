//! The computers the image is made for, as QEMU has them.

use std::path::Path;
use std::process::Command;

use tests::Place;

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
    pub(crate) fn firmware(self) -> [&'static Path; 2] {
        match self {
            Self::Amd64 => ["/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"],
            Self::Arm64 => ["/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"],
        }
        .map(Path::new)
    }

    /// The emulator, not yet with memory, disk and cable; its watchdog where the board has one.
    pub(crate) fn emulated(self, place: &Place) -> Command {
        // An emulator that has to wait for other programs makes its guest miss every deadline.
        let mut qemu = place.command("nice");
        qemu.args(["-n", "-10"]);
        match self {
            Self::Amd64 => qemu.args([
                "qemu-system-x86_64",
                "-machine",
                "q35",
                "-cpu",
                "max,avx=off",
                "-device",
                "i6300esb",
            ]),
            Self::Arm64 => {
                qemu.args(["qemu-system-aarch64", "-machine", "virt", "-cpu", "max,pauth-impdef=on"])
            }
        };
        qemu.args(["-accel", "tcg,thread=multi,tb-size=256", "-watchdog-action", "reset"]);
        qemu
    }
}

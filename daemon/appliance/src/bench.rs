//! A box in a folder, for tests: its drop zone, its programs, what its telephone system answers, what its screen shows.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;

use tempfile::TempDir;

use crate::place::Place;

const FOLDERS: [&str; 12] = [
    "efi/gatehouse",
    "efi/EFI/Linux",
    "var/lib/appliance/etc",
    "var/lib/gatehouse",
    "run/gatehouse-box",
    "run/gatehouse-seen",
    "usr/bin",
    "usr/sbin",
    "usr/lib",
    "usr/share/gatehouse",
    "sys/class/tty/console",
    "dev/disk/by-partlabel",
];

pub(crate) struct Bench {
    _folder: TempDir,
    place: Place,
}

impl Bench {
    /// A box on which this version runs.
    pub(crate) fn new(version: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for part in FOLDERS {
            fs::create_dir_all(folder.path().join(part)).unwrap();
        }
        let place = Place::below(folder.path());
        fs::write(place.at("usr/lib/os-release"), format!("ID=gatehouse\nIMAGE_VERSION={version}\n"))
            .unwrap();
        fs::write(place.at("sys/class/tty/console/active"), "ttyS0\n").unwrap();
        fs::write(place.at("dev/ttyS0"), "").unwrap();
        Self { _folder: folder, place }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Puts a program there: a shell script.
    pub(crate) fn program(&self, name: &str, script: &str) {
        let path = self.place.at("usr/bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// From now on the telephone system answers everything like this.
    pub(crate) fn answers(&self, status: &'static str, body: &'static str) {
        let socket = UnixListener::bind(self.place.at("var/lib/gatehouse/gatehouse.sock")).unwrap();
        std::thread::spawn(move || {
            for mut asked in socket.incoming().map_while(Result::ok) {
                let mut question = String::new();
                let _ = BufReader::new(&asked).read_line(&mut question);
                let _ = write!(asked, "HTTP/1.1 {status}\r\n\r\n{body}");
            }
        });
    }

    /// Puts a file into the drop zone.
    pub(crate) fn dropped(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.place.drop_zone().join(name), bytes).unwrap();
    }

    /// What the installer finds on the laptop.
    pub(crate) fn result(&self) -> String {
        fs::read_to_string(self.place.drop_zone().join("RESULT.TXT")).unwrap_or_default()
    }

    /// What stands on the console.
    pub(crate) fn screen(&self) -> String {
        fs::read_to_string(self.place.at("dev/ttyS0")).unwrap()
    }
}

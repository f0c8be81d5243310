use std::fs;
use std::process::ExitCode;
use std::time::SystemTime;

use appliance::tryboot::Trial;
use appliance::{Manifest, Part, head};
use release::{Signer, new_key};

use super::update;
use crate::bench::Bench;

/// A box that runs 1.0.0, and the maker of its updates.
struct House {
    bench: Bench,
    signer: Signer,
}

impl House {
    fn new() -> Self {
        let bench = Bench::new("1.0.0");
        let (private, public) = new_key().unwrap();
        fs::write(bench.place().at("usr/share/gatehouse/first.public"), public).unwrap();
        fs::write(bench.place().at("dev/disk/by-partlabel/gatehouse-b"), "").unwrap();
        fs::write(bench.place().at("efi/EFI/Linux/gatehouse_1.0.0.efi"), "").unwrap();
        bench.program("systemctl", "echo \"$@\" >>\"$0.log\"");
        Self { bench, signer: Signer::new(&private).unwrap() }
    }

    /// A Raspberry Pi: its firmware starts one of two partitions, and it counts by itself.
    fn pi() -> Self {
        let house = Self::new();
        let place = house.bench.place();
        fs::write(place.at("usr/lib/os-release"), "IMAGE_VERSION=1.0.0\nGATEHOUSE_BOARD=rpi\n").unwrap();
        fs::write(place.at("dev/disk/by-partlabel/boot-b"), "").unwrap();
        house
    }

    fn trial(&self) -> Option<(u32, u32)> {
        Trial::read(&self.bench.place().trial()).map(|trial| (trial.left, trial.done))
    }

    fn made(&self, version: &str) -> Vec<u8> {
        let arch = self.bench.place().about().arch;
        let (root, kernel) = (vec![1; 3000], vec![2; 2000]);
        let (board, version) = (self.bench.place().about().board, version.to_owned());
        let manifest = Manifest { board, arch, version, root: Part::of(&root), kernel: Part::of(&kernel) };
        [head(&self.signer, &manifest), root, kernel].concat()
    }

    fn zone(&self) -> Vec<String> {
        let files = fs::read_dir(self.bench.place().drop_zone()).unwrap();
        let mut names: Vec<String> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn reboots(&self) -> bool {
        self.asked_for() == "reboot\n"
    }

    fn asked_for(&self) -> String {
        fs::read_to_string(self.bench.place().at("usr/bin/systemctl.log")).unwrap_or_default()
    }
}

#[test]
fn a_firmware_that_does_not_count_is_told_to_try_three_times() {
    let house = House::pi();
    house.bench.dropped("new.update", house.made("1.1.0"));
    for (left, done) in [(2, 1), (1, 2), (0, 3)] {
        let _ = update(house.bench.place());
        assert_eq!(house.trial(), Some((left, done)), "taken back, the next start tries again");
    }
    assert_eq!(house.asked_for(), "reboot --reboot-argument=0 tryboot\n".repeat(3));
    let _ = update(house.bench.place());
    assert_eq!(house.asked_for().lines().count(), 3, "and then leaves it alone");
    let told = house.bench.place().what_failed().unwrap();
    assert_eq!(told, "version 1.1.0 failed 3 times because it did not start; running 1.0.0");
}

#[test]
fn what_was_written_before_the_power_failed_is_tried_and_what_runs_is_not() {
    for (version, asked, left) in [("1.1.0", "reboot --reboot-argument=0 tryboot\n", 2), ("1.0.0", "", 3)] {
        let house = House::pi();
        let trial = Trial { version: version.parse().unwrap(), left: 3, done: 0 };
        trial.keep(&house.bench.place().trial()).unwrap();
        let _ = update(house.bench.place());
        assert_eq!((house.asked_for().as_str(), house.trial().unwrap().0), (asked, left), "{version}");
    }
}

#[test]
fn the_first_that_fits_is_installed_and_the_others_are_set_aside() {
    let house = House::new();
    house.bench.dropped("1.update", "no update");
    house.bench.dropped("2.UPDATE", house.made("0.9.0"));
    house.bench.dropped("3.update", house.made("1.1.0"));
    let end = format!("{:?}", update(house.bench.place()));
    assert_eq!(end, format!("{:?}", ExitCode::SUCCESS));
    assert_eq!(house.zone(), ["1.refused", "2.refused", "RESULT.TXT"]);
    let result = house.bench.result();
    for line in [
        "1.update: NOT USED: this is no update for this box's software\r\n",
        "2.UPDATE: NOT USED: version 0.9.0 is older than the one that runs\r\n",
        "3.update: version 1.1.0 is installed\r\n",
    ] {
        assert!(result.contains(line), "{line} in {result}");
    }
    assert!(house.bench.place().at("efi/EFI/Linux/gatehouse_1.1.0+3.efi").exists());
    assert!(house.reboots());
}

#[test]
fn nobody_is_cut_off() {
    let house = House::new();
    house.bench.answers("200 OK", r#"{"calls":[{"id":"1"}]}"#);
    assert!(super::somebody_talks(house.bench.place()));
    let quiet = House::new();
    assert!(!super::somebody_talks(quiet.bench.place()), "who does not answer has no calls");
    quiet.bench.answers("200 OK", r#"{"calls":[]}"#);
    assert!(!super::somebody_talks(quiet.bench.place()));
}

#[test]
fn a_damaged_update_leaves_the_box_as_it_was() {
    let house = House::new();
    let mut bytes = house.made("1.1.0");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    house.bench.dropped("new.update", bytes);
    let _ = update(house.bench.place());
    assert!(house.bench.result().contains("its kernel was damaged on its way; fetch it again"));
    assert!(!house.bench.place().at("efi/EFI/Linux/gatehouse_1.1.0+3.efi").exists());
    assert!(!house.reboots());
}

#[test]
fn e15_an_update_waits_for_the_end_that_is_written_down_and_for_no_nonsense() {
    let stays = super::stays;
    assert!(stays("1000\n", 999) && stays("1000", 0));
    assert!(!stays("1000", 1000) && !stays("", 5) && !stays("soon", 5));
    assert!(!stays("99999999999", 5), "a clock that was wrong keeps no update away for ever");
    let house = House::new();
    assert!(!super::somebody_calls_for_help(house.bench.place()));
    let until = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() + 60;
    let folder = house.bench.place().at("var/lib/gatehouse");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("stay"), until.to_string()).unwrap();
    assert!(super::somebody_calls_for_help(house.bench.place()));
}

#[test]
fn a_version_for_the_night_waits_for_it_and_for_no_nonsense() {
    let early = super::is_too_early;
    assert!(early("page.after-90000.update", 1) && !early("page.after-90000.update", 90_000));
    assert!(
        !early("page.after-99999999999.update", 5),
        "a clock that was wrong keeps no update away for ever"
    );
    for name in ["page.update", "page.after-.update", "page.after-soon.update"] {
        assert!(!early(name, 5), "{name}");
    }
    let house = House::new();
    let inbox = house.bench.place().wishes();
    fs::create_dir_all(&inbox).unwrap();
    fs::write(inbox.join("page.after-5.update"), house.made("1.1.0")).unwrap();
    let _ = update(house.bench.place());
    assert!(house.reboots(), "that night is over");
}

#[test]
fn what_the_page_took_in_is_installed_and_what_is_refused_there_is_gone() {
    let house = House::new();
    let inbox = house.bench.place().wishes();
    fs::create_dir_all(&inbox).unwrap();
    fs::write(inbox.join("1.update"), "no update").unwrap();
    fs::write(inbox.join("2.update"), house.made("1.1.0")).unwrap();
    let _ = update(house.bench.place());
    assert_eq!(fs::read_dir(&inbox).unwrap().count(), 0);
    assert!(house.bench.place().at("efi/EFI/Linux/gatehouse_1.1.0+3.efi").exists());
    let report = fs::read_to_string(house.bench.place().memory().join("report.json")).unwrap();
    for said in ["1.update: NOT USED: this is no update", "2.update: version 1.1.0 is installed"] {
        assert!(report.contains(said), "{said} in {report}");
    }
    assert!(house.reboots());
}

#[test]
fn the_page_lets_the_box_forget_everything() {
    let house = House::new();
    let (place, inbox) = (house.bench.place(), house.bench.place().wishes());
    fs::create_dir_all(&inbox).unwrap();
    fs::create_dir_all(place.at("sys/firmware/efi/efivars")).unwrap();
    fs::write(inbox.join("factory-reset"), "").unwrap();
    let _ = update(place);
    assert!(!inbox.join("factory-reset").exists());
    assert!(house.bench.screen().contains("the box forgets everything"));
    let asked = fs::read_to_string(place.at("usr/bin/systemctl.log")).unwrap();
    assert_eq!(asked, "reboot --force\n");
}

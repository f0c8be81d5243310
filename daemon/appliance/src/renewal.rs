//! A new version from the drop zone: checked, written to the other slot, and started once nobody talks.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use appliance::{Bundle, InstallFailed, Version, install};

use crate::place::{Place, keep};

/// How often it is looked whether somebody still talks.
const ROUND: Duration = Duration::from_secs(5);

/// The end moves on as long as somebody calls; seconds.
const LONGEST_STAY: u64 = 3600;

/// Installs the first `*.update` of the drop zone that is for this box, and starts anew once no call stands. A file that is refused is
/// renamed, so that it is not tried again.
pub(crate) fn update(place: &Place) -> ExitCode {
    while let Some(file) = waiting(place) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match take(place, &file) {
            Ok(version) => return start(place, &file, &name, version),
            Err(failed) if refuse(place, &file, &name, &failed) => {}
            // A drop zone that cannot be changed would be tried for ever.
            Err(_) => return ExitCode::FAILURE,
        }
    }
    ExitCode::SUCCESS
}

fn start(place: &Place, file: &Path, name: &str, version: Version) -> ExitCode {
    let _ = fs::remove_file(file);
    tell(place, &format!("{name}: version {version} is installed"));
    place.say(&format!("gatehouse: update: version {version} is installed; starting it once nobody talks"));
    while somebody_talks(place) || somebody_calls_for_help(place) {
        std::thread::sleep(ROUND);
    }
    let _ = place.command("systemctl", ["reboot"]).status();
    ExitCode::SUCCESS
}

/// Whether it is out of the way.
fn refuse(place: &Place, file: &Path, name: &str, failed: &InstallFailed) -> bool {
    tell(place, &format!("{name}: NOT USED: {failed}"));
    let aside = fs::rename(file, file.with_extension("refused")).is_ok();
    // Last: whoever reads it may pull the plug.
    place.say(&format!("gatehouse: update: {name} is NOT used: {failed}"));
    aside
}

fn waiting(place: &Place) -> Option<PathBuf> {
    let files = fs::read_dir(place.drop_zone()).ok()?.filter_map(|file| Some(file.ok()?.path()));
    files.filter(|path| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("update"))).min()
}

fn take(place: &Place, file: &Path) -> Result<Version, InstallFailed> {
    let opened = File::open(file).map_err(|fault| InstallFailed::Disk { path: file.to_owned(), fault })?;
    let bundle = Bundle::open(BufReader::new(opened), &place.keys(), &place.about())?;
    place.say(&format!("gatehouse: update: installing version {}", bundle.version));
    let mut told = 0;
    install(bundle, &place.disk(), |percent| {
        if percent >= told + 25 {
            told = percent;
            place.say(&format!("gatehouse: update: {percent} %"));
        }
    })
}

/// A telephone system that does not answer has no calls.
fn somebody_talks(place: &Place) -> bool {
    let answer = place.ask("/api/v1/calls").ok().filter(|(status, _)| *status == 200);
    let calls = answer.and_then(|(_, text)| serde_json::from_str::<serde_json::Value>(&text).ok());
    calls.is_some_and(|calls| {
        calls.get("calls").and_then(|calls| calls.as_array()).is_some_and(|calls| !calls.is_empty())
    })
}

/// Whether somebody calls for help, or did so a short while ago: a control centre may call back. The telephone system writes down
/// until when.
fn somebody_calls_for_help(place: &Place) -> bool {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    fs::read_to_string(place.at("var/lib/gatehouse/stay")).is_ok_and(|until| stays(&until, now))
}

/// An end that lies further away than any such call allows is none.
fn stays(until: &str, now: u64) -> bool {
    let until: u64 = until.trim().parse().unwrap_or(0);
    until > now && until - now <= LONGEST_STAY
}

/// Adds a line to what the installer finds on the laptop.
fn tell(place: &Place, line: &str) {
    let result = place.drop_zone().join("RESULT.TXT");
    let before = fs::read_to_string(&result).unwrap_or_default();
    let _ = keep(&result, format!("{before}{line}\r\n").as_bytes());
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::ExitCode;
    use std::time::SystemTime;

    use appliance::{Manifest, Part, Signer, new_key};

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

        fn made(&self, version: &str) -> Vec<u8> {
            let arch = self.bench.place().about().arch;
            let (root, kernel) = (vec![1; 3000], vec![2; 2000]);
            let [board, version] = ["generic", version].map(str::to_owned);
            let manifest =
                Manifest { board, arch, version, root: Part::of(&root), kernel: Part::of(&kernel) };
            [self.signer.head(&manifest), root, kernel].concat()
        }

        fn zone(&self) -> Vec<String> {
            let files = fs::read_dir(self.bench.place().drop_zone()).unwrap();
            let mut names: Vec<String> =
                files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        }

        fn reboots(&self) -> bool {
            let asked = fs::read_to_string(self.bench.place().at("usr/bin/systemctl.log"));
            asked.is_ok_and(|asked| asked == "reboot\n")
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
}

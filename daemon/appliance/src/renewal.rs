//! A new version from the drop zone: checked, written to the other slot, and started once nobody talks.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use appliance::{Bundle, InstallFailed, Version, install};

use crate::place::Place;

/// How often it is looked whether somebody still talks.
const ROUND: Duration = Duration::from_secs(5);

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
    place.say(&format!("gatehouse: update: version {version} is installed; starting it once nobody talks"));
    tell(place, &format!("{name}: version {version} is installed"));
    while somebody_talks(place) {
        std::thread::sleep(ROUND);
    }
    let _ = place.command("systemctl", ["reboot"]).status();
    ExitCode::SUCCESS
}

/// Whether it is out of the way.
fn refuse(place: &Place, file: &Path, name: &str, failed: &InstallFailed) -> bool {
    place.say(&format!("gatehouse: update: {name} is NOT used: {failed}"));
    tell(place, &format!("{name}: NOT USED: {failed}"));
    fs::rename(file, file.with_extension("refused")).is_ok()
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

/// Adds a line to what the installer finds on the laptop.
fn tell(place: &Place, line: &str) {
    let result = place.drop_zone().join("RESULT.TXT");
    let before = fs::read_to_string(&result).unwrap_or_default();
    let _ = fs::write(&result, format!("{before}{line}\r\n"));
}

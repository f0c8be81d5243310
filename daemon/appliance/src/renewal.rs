//! A new version from the drop zone: checked, written to the other slot, and started once nobody talks.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use appliance::{Bundle, InstallFailed, Version, install};

use crate::console::say;
use crate::place::{self, DROP_ZONE};

/// How often it is looked whether somebody still talks.
const ROUND: Duration = Duration::from_secs(5);

/// Installs the first `*.update` of the drop zone that is for this box, and starts anew once no call stands. A file that is refused is
/// renamed, so that it is not tried again.
pub(crate) fn update() -> ExitCode {
    while let Some(file) = waiting() {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match take(&file) {
            Ok(version) => return start(&file, &name, version),
            Err(failed) => refuse(&file, &name, &failed),
        }
    }
    ExitCode::SUCCESS
}

fn start(file: &Path, name: &str, version: Version) -> ExitCode {
    let _ = fs::remove_file(file);
    say(&format!("gatehouse: update: version {version} is installed; starting it once nobody talks"));
    tell(&format!("{name}: version {version} is installed"));
    while somebody_talks() {
        std::thread::sleep(ROUND);
    }
    let _ = Command::new("systemctl").arg("reboot").status();
    ExitCode::SUCCESS
}

fn refuse(file: &Path, name: &str, failed: &InstallFailed) {
    say(&format!("gatehouse: update: {name} is NOT used: {failed}"));
    tell(&format!("{name}: NOT USED: {failed}"));
    // A drop zone that cannot be changed would be tried for ever.
    if fs::rename(file, file.with_extension("refused")).is_err() {
        std::process::exit(1);
    }
}

fn waiting() -> Option<PathBuf> {
    let files = fs::read_dir(DROP_ZONE).ok()?.filter_map(|file| Some(file.ok()?.path()));
    files.filter(|path| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("update"))).min()
}

fn take(file: &Path) -> Result<Version, InstallFailed> {
    let opened = File::open(file).map_err(|fault| InstallFailed::Disk { path: file.to_owned(), fault })?;
    let bundle = Bundle::open(BufReader::new(opened), &place::keys(), &place::about())?;
    say(&format!("gatehouse: update: installing version {}", bundle.version));
    let mut told = 0;
    install(bundle, &place::disk(), |percent| {
        if percent >= told + 25 {
            told = percent;
            say(&format!("gatehouse: update: {percent} %"));
        }
    })
}

/// A telephone system that does not answer has no calls.
fn somebody_talks() -> bool {
    let answer = place::ask("/api/v1/calls").ok().filter(|(status, _)| *status == 200);
    let calls = answer.and_then(|(_, text)| serde_json::from_str::<serde_json::Value>(&text).ok());
    calls.is_some_and(|calls| {
        calls.get("calls").and_then(|calls| calls.as_array()).is_some_and(|calls| !calls.is_empty())
    })
}

/// Adds a line to what the installer finds on the laptop.
fn tell(line: &str) {
    let result = Path::new(DROP_ZONE).join("RESULT.TXT");
    let before = fs::read_to_string(&result).unwrap_or_default();
    let _ = fs::write(&result, format!("{before}{line}\r\n"));
}

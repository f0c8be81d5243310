//! A new version from the drop zone or the page: checked, written to the other slot, and started once nobody talks.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use appliance::tryboot::{ONCE, Trial};
use appliance::{Bundle, InstallFailed, install};
use release::Version;

use crate::arrival::forget_everything;
use crate::place::{Place, keep, seconds};
use crate::report::{Installing, report};

/// The page's wish that the box forgets everything.
const RESET: &str = "factory-reset";

/// How often it is looked whether somebody still talks.
const ROUND: Duration = Duration::from_secs(5);

/// A night that lies further away is none: the clock was wrong.
const LONGEST_WAIT: u64 = 25 * 3600;

/// The end moves on as long as somebody calls; seconds.
const LONGEST_STAY: u64 = 3600;

/// Installs the first `*.update` of the drop zone, or else of the page, that is for this box, and starts anew once no call stands. A file
/// that is refused is put out of the way, so that it is not tried again. Or the page wants the box to forget everything.
pub(crate) fn update(place: &Place) -> ExitCode {
    if wants_reset(place) {
        wait_for_quiet(place);
        return forget_everything(place, &place.wishes().join(RESET));
    }
    while let Some(file) = waiting(place) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match take(place, &file) {
            Ok(version) => return start(place, &file, &name, version),
            Err(failed) if refuse(place, &file, &name, &failed) => {}
            // A drop zone that cannot be changed would be tried for ever.
            Err(_) => return ExitCode::FAILURE,
        }
    }
    if place.tries_by_itself() && is_to_be_tried(place) {
        wait_for_quiet(place);
        return restart(place);
    }
    ExitCode::SUCCESS
}

/// Whether a version was taken back and has tries left, or was written before the power failed.
fn is_to_be_tried(place: &Place) -> bool {
    let trial = Trial::read(&place.trial());
    trial.is_some_and(|trial| trial.left > 0 && trial.version != place.running())
}

/// Starts the box anew, with the new version. A boot loader knows which that is; a firmware is told to try it once.
fn restart(place: &Place) -> ExitCode {
    let mut words = vec!["reboot".to_owned()];
    if place.tries_by_itself() {
        let Some(trial) = Trial::read(&place.trial()).and_then(Trial::again) else {
            return ExitCode::FAILURE;
        };
        // Counted first: a try that is not counted could be made for ever.
        if let Err(fault) = trial.keep(&place.trial()) {
            tell(place, &format!("version {} is not tried: the disk takes nothing: {fault}", trial.version));
            return ExitCode::FAILURE;
        }
        place.say(&format!(
            "gatehouse: update: trying version {} for the {}. time",
            trial.version, trial.done
        ));
        words.push(format!("--reboot-argument={ONCE}"));
    }
    let _ = place.command("systemctl", words).status();
    ExitCode::SUCCESS
}

fn start(place: &Place, file: &Path, name: &str, version: Version) -> ExitCode {
    let _ = fs::remove_file(file);
    tell(place, &format!("{name}: version {version} is installed"));
    let when = if is_too_early(name, seconds()) { "at night, " } else { "" };
    place.say(&format!(
        "gatehouse: update: version {version} is installed; starting it {when}once nobody talks"
    ));
    while is_too_early(name, seconds()) {
        if waiting(place).is_some() || wants_reset(place) {
            return update(place);
        }
        std::thread::sleep(ROUND);
    }
    wait_for_quiet(place);
    restart(place)
}

fn wants_reset(place: &Place) -> bool {
    place.wishes().join(RESET).exists()
}

/// Whether its file says that it may start later only: `page.after-1795400000.update`, in seconds since 1970.
fn is_too_early(name: &str, now: u64) -> bool {
    let after = name.split('.').find_map(|part| part.strip_prefix("after-")?.parse::<u64>().ok());
    after.is_some_and(|after| after > now && after - now <= LONGEST_WAIT)
}

fn wait_for_quiet(place: &Place) {
    while somebody_talks(place) || somebody_calls_for_help(place) {
        std::thread::sleep(ROUND);
    }
}

/// Whether it is out of the way. An installer finds his file again; what came by the page is still where it came from.
fn refuse(place: &Place, file: &Path, name: &str, failed: &InstallFailed) -> bool {
    tell(place, &format!("{name}: NOT USED: {failed}"));
    let of_installer = file.starts_with(place.drop_zone());
    let aside =
        if of_installer { fs::rename(file, file.with_extension("refused")) } else { fs::remove_file(file) };
    let aside = aside.is_ok();
    // Last: whoever reads it may pull the plug.
    place.say(&format!("gatehouse: update: {name} is NOT used: {failed}"));
    aside
}

fn waiting(place: &Place) -> Option<PathBuf> {
    first_of(&place.drop_zone()).or_else(|| first_of(&place.wishes()))
}

fn first_of(folder: &Path) -> Option<PathBuf> {
    let files = fs::read_dir(folder).ok()?.filter_map(|file| Some(file.ok()?.path()));
    files.filter(|path| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("update"))).min()
}

fn take(place: &Place, file: &Path) -> Result<Version, InstallFailed> {
    let opened = File::open(file).map_err(|fault| InstallFailed::Disk { path: file.to_owned(), fault })?;
    let bundle = Bundle::open(BufReader::new(opened), &place.keys(), &place.about())?;
    let version = bundle.version;
    place.say(&format!("gatehouse: update: installing version {version}"));
    let (mut told, mut shown) = (0, 0);
    let installed = install(bundle, &place.disk(), |percent| {
        if percent >= told + 25 {
            told = percent;
            place.say(&format!("gatehouse: update: {percent} %"));
        }
        if percent >= shown + 2 {
            shown = percent;
            report(place, |report| {
                report.installing = Some(Installing { version: version.to_string(), percent });
            });
        }
    });
    report(place, |report| report.installing = None);
    installed
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
pub(crate) fn somebody_calls_for_help(place: &Place) -> bool {
    fs::read_to_string(place.at("var/lib/gatehouse/stay")).is_ok_and(|until| stays(&until, seconds()))
}

/// An end that lies further away than any such call allows is none.
fn stays(until: &str, now: u64) -> bool {
    let until: u64 = until.trim().parse().unwrap_or(0);
    until > now && until - now <= LONGEST_STAY
}

/// Adds a line to what the installer finds on the laptop, and to what the page shows.
fn tell(place: &Place, line: &str) {
    report(place, |report| report.tell(line));
    let result = place.drop_zone().join("RESULT.TXT");
    let before = fs::read_to_string(&result).unwrap_or_default();
    let _ = keep(&result, format!("{before}{line}\r\n").as_bytes());
}

#[cfg(test)]
mod tests;

//! Whether a new version stays. Only facts of the box itself count: a line that is down during an update must not take the update back.

use std::fs::{self, File};
use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use appliance::tryboot::{self, Trial};

use crate::place::Place;

/// Slow flash and a large database are given this long.
const PATIENCE: Duration = Duration::from_secs(120);
const ROUND: Duration = Duration::from_secs(1);
/// A program that ended so often at once will not get well by waiting.
const RESTARTS: u32 = 10;
/// Lines of the log that are kept of each try.
const LINES: &str = "60";
/// What all tries of one version may take on the disk; in bytes.
const LARGEST: u64 = 64 * 1024;

/// Comes back well once the telephone system answers and the disk takes what must be kept; else keeps the reason and fails.
///
/// A boot loader that counts says whether there is anything to decide (`systemd/gatehouse-health.service`), and is told by systemd; where
/// the box counts by itself, both are done here.
pub(crate) fn healthy(place: &Place) -> ExitCode {
    if place.tries_by_itself() && !is_on_trial(place) {
        return ExitCode::SUCCESS;
    }
    let end = Instant::now() + PATIENCE;
    let reason = loop {
        match fit(place) {
            Ok(()) => return stays(place),
            Err(reason) if Instant::now() >= end || gave_up(place) => break reason,
            Err(_) => std::thread::sleep(ROUND),
        }
    };
    place.say(&format!("gatehouse: version {} is not fit: {reason}", place.running()));
    keep(place, &reason);
    ExitCode::FAILURE
}

fn fit(place: &Place) -> Result<(), String> {
    let probe = place.memory().join("probe");
    let written =
        File::create(&probe).and_then(|mut file| file.write_all(b"x").and_then(|()| file.sync_all()));
    written.map_err(|fault| format!("the disk takes nothing: {fault}"))?;
    match place.ask("/healthz") {
        // Whoever answers has its listeners, its database and its account, or says that none was linked yet.
        Ok((200 | 503, _)) => Ok(()),
        Ok((status, _)) => Err(format!("the telephone system answers {status}")),
        Err(_) => Err("the telephone system does not run".to_owned()),
    }
}

fn gave_up(place: &Place) -> bool {
    let told = place.told("systemctl", ["show", "gatehouse.service", "--property=NRestarts", "--value"]);
    told.trim().parse().unwrap_or(0_u32) >= RESTARTS
}

/// Whether the firmware started the slot that is not yet called good.
fn is_on_trial(place: &Place) -> bool {
    let good = fs::read_to_string(place.autoboot()).ok().and_then(|text| tryboot::good(&text));
    good.is_some_and(|good| good != place.slot())
}

fn stays(place: &Place) -> ExitCode {
    let version = place.running();
    if place.tries_by_itself() {
        let kept = tryboot::keep_good(&place.autoboot(), place.slot());
        if let Err(fault) = kept.and_then(|()| Trial::forget(&place.trial())) {
            let reason = format!("the boot partition takes nothing: {fault}");
            place.say(&format!("gatehouse: version {version} is not fit: {reason}"));
            keep(place, &reason);
            return ExitCode::FAILURE;
        }
    }
    place.say(&format!("gatehouse: version {version} is fit"));
    let _ = fs::remove_file(place.attempts(version));
    ExitCode::SUCCESS
}

/// What there is to say is said before the box starts anew; a disk that takes nothing keeps nothing.
fn keep(place: &Place, reason: &str) {
    let path = place.attempts(place.running());
    let full = fs::metadata(&path).is_ok_and(|about| about.len() > LARGEST);
    let log =
        place.told("journalctl", ["-b", "-u", "gatehouse.service", "-n", LINES, "-o", "cat", "--no-pager"]);
    let file = File::options().create(true).append(!full).write(true).truncate(full).open(&path);
    let _ = file.and_then(|mut file| {
        writeln!(file, "because: {reason}\n{log}")?;
        file.sync_all()
    });
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::ExitCode;

    use appliance::tryboot::{Slot, Trial, autoboot};

    use super::{LARGEST, healthy};
    use crate::bench::Bench;

    fn passes(bench: &Bench) -> bool {
        // An exit code can only be looked at.
        format!("{:?}", healthy(bench.place())) == format!("{:?}", ExitCode::SUCCESS)
    }

    /// A telephone system that ended too often to be waited for.
    fn falls_over(bench: &Bench) {
        bench.program("systemctl", "echo 10");
        bench.program("journalctl", "echo the port is taken");
    }

    #[test]
    fn a_version_stays_when_the_telephone_system_answers_even_without_an_account() {
        for status in ["200 OK", "503 Service Unavailable"] {
            let bench = Bench::new("1.1.0");
            bench.answers(status, "");
            fs::write(bench.place().attempts("1.1.0".parse().unwrap()), "because: earlier\n").unwrap();
            assert!(passes(&bench), "{status}");
            assert!(bench.screen().contains("version 1.1.0 is fit"));
            assert!(!bench.place().attempts("1.1.0".parse().unwrap()).exists(), "the bad days are forgotten");
        }
    }

    #[test]
    fn a_version_that_does_not_run_leaves_reason_and_log() {
        let bench = Bench::new("1.2.0");
        falls_over(&bench);
        assert!(!passes(&bench));
        let kept = fs::read_to_string(bench.place().attempts("1.2.0".parse().unwrap())).unwrap();
        assert!(kept.starts_with("because: the telephone system does not run\nthe port is taken"), "{kept}");
        assert!(bench.screen().contains("version 1.2.0 is not fit: the telephone system does not run"));
    }

    #[test]
    fn one_that_answers_with_a_fault_is_not_fit() {
        let bench = Bench::new("1.2.0");
        falls_over(&bench);
        bench.answers("500 Internal Server Error", "");
        assert!(!passes(&bench));
        assert!(bench.screen().contains("the telephone system answers 500"));
    }

    #[test]
    fn a_disk_that_takes_nothing_is_the_reason_and_the_box_goes_on() {
        let bench = Bench::new("1.2.0");
        falls_over(&bench);
        bench.answers("200 OK", "");
        fs::remove_dir_all(bench.place().memory()).unwrap();
        assert!(!passes(&bench));
        assert!(bench.screen().contains("the disk takes nothing"));
    }

    /// A box whose firmware started slot b, and calls that one good.
    fn tried(good: Slot) -> Bench {
        let bench = Bench::new("1.2.0");
        let place = bench.place();
        fs::write(place.at("usr/lib/os-release"), "IMAGE_VERSION=1.2.0\nGATEHOUSE_BOARD=rpi\n").unwrap();
        fs::write(place.for_now().join("slot"), "b").unwrap();
        fs::write(place.autoboot(), autoboot(good)).unwrap();
        Trial { version: place.running(), left: 1, done: 2 }.keep(&place.trial()).unwrap();
        bench
    }

    #[test]
    fn where_the_box_counts_a_version_that_stays_is_called_good() {
        let bench = tried(Slot::A);
        bench.answers("200 OK", "");
        assert!(passes(&bench));
        let place = bench.place();
        assert_eq!(fs::read_to_string(place.autoboot()).unwrap(), autoboot(Slot::B));
        assert_eq!(Trial::read(&place.trial()), None);
    }

    #[test]
    fn where_the_box_counts_one_that_is_not_fit_leaves_the_firmware_as_it_was() {
        let bench = tried(Slot::A);
        falls_over(&bench);
        assert!(!passes(&bench));
        let place = bench.place();
        assert_eq!(fs::read_to_string(place.autoboot()).unwrap(), autoboot(Slot::A));
        assert!(place.attempts(place.running()).exists() && Trial::read(&place.trial()).is_some());
        assert_eq!(place.what_failed(), None, "a third try may yet be the good one");
    }

    #[test]
    fn where_the_box_counts_a_version_that_is_good_already_is_asked_nothing() {
        let bench = tried(Slot::B);
        falls_over(&bench);
        assert!(passes(&bench));
        assert_eq!(bench.screen(), "");
    }

    #[test]
    fn the_log_of_many_tries_stays_small() {
        let bench = Bench::new("1.2.0");
        falls_over(&bench);
        let path = bench.place().attempts("1.2.0".parse().unwrap());
        fs::write(&path, vec![b'x'; usize::try_from(LARGEST).unwrap() + 1]).unwrap();
        assert!(!passes(&bench));
        assert!(fs::metadata(&path).unwrap().len() < 1000, "begun anew");
    }
}

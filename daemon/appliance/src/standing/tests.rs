use std::fs;
use std::time::{Duration, Instant, SystemTime};

use board::network::{Network, Origin, Outcome, Standing};

use super::{Dropped, Term, at_start, change, read};
use crate::bench::Bench;

const NEW: &str = "address = 10.0.0.2/24\n";
/// Nobody confirms anything in that time.
const OVER_AT_ONCE: Term =
    Term { grace: Duration::ZERO, length: Duration::ZERO, round: Duration::from_millis(1) };
/// Longer than any test.
const LONG: Term = Term { length: Duration::from_secs(600), ..OVER_AT_ONCE };

/// A box that has started with this in its drop zone, and which notes what its network is told.
fn started(dropped: Option<&str>) -> Bench {
    let bench = Bench::new("1.0.0");
    bench.program("systemctl", "echo \"$@\" >>\"$0.log\"");
    bench.program("networkctl", "echo \"$@\" >>\"$0.log\"");
    fs::create_dir_all(bench.place().wishes()).unwrap();
    if let Some(text) = dropped {
        bench.dropped("network.ini", text);
    }
    starts(&bench);
    bench
}

/// As the box does, with what lies in its drop zone.
fn starts(bench: &Bench) {
    // Gone with the power.
    let _ = fs::remove_dir_all(bench.place().at("run/systemd"));
    let dropped = fs::read(bench.place().drop_zone().join("network.ini")).ok();
    let settings = dropped.map(|bytes| Network::parse(&bytes).unwrap());
    at_start(bench.place(), settings.map_or(Dropped::Nothing, Dropped::Settings)).unwrap();
}

fn wants(bench: &Bench, text: &str) {
    fs::write(bench.place().wishes().join("network.ini"), text).unwrap();
}

/// The lines that say where the box stands.
fn address(bench: &Bench) -> String {
    let text = fs::read_to_string(bench.place().at("run/systemd/network/10-installer.network")).unwrap();
    let said = |line: &&str| line.starts_with("Address=") || line.starts_with("DHCP=");
    text.lines().filter(said).collect()
}

/// Whole from the first moment on, as the page does it.
fn confirms(bench: &Bench, text: &str) {
    let wishes = bench.place().wishes();
    fs::write(wishes.join("network.confirm.part"), text).unwrap();
    fs::rename(wishes.join("network.confirm.part"), wishes.join("network.confirm")).unwrap();
}

/// Confirms the trial as soon as it may be confirmed, with what `says` makes of its id, and comes back when it is over.
fn confirmed(bench: &Bench, says: impl Fn(u64) -> String + Sync) -> Standing {
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let running = || read(bench.place()).trial.filter(|trial| trial.until.is_some());
            while running().is_none() {
                std::thread::sleep(Duration::from_millis(1));
            }
            let trial = running().unwrap();
            confirms(bench, &says(trial.id));
        });
        let _ = change(bench.place(), LONG);
    });
    read(bench.place())
}

fn outcome(standing: &Standing) -> Option<Outcome> {
    standing.last.as_ref().map(|last| last.outcome)
}

#[test]
fn what_nobody_confirms_goes_back_to_what_was_before() {
    let bench = started(Some("address = 192.168.1.20/24\nname = empfang\n"));
    wants(&bench, &format!("{NEW}name = neu\n"));
    let _ = change(bench.place(), OVER_AT_ONCE);
    assert_eq!(address(&bench), "Address=192.168.1.20/24");
    let standing = read(bench.place());
    assert_eq!((standing.origin, &standing.trial), (Origin::DropZone, &None));
    assert_eq!(outcome(&standing), Some(Outcome::NotConfirmed));
    assert_eq!(
        standing.last.unwrap().settings.ini(),
        format!("{NEW}name = neu\n"),
        "so that it can be wanted again"
    );
    let told = fs::read_to_string(bench.place().at("usr/bin/systemctl.log")).unwrap();
    assert_eq!(told, "restart systemd-networkd.service\n".repeat(2), "there, and back");
    assert_eq!(fs::read_to_string(bench.place().for_now().join("name")).unwrap(), "empfang");
    assert!(bench.screen().contains("the former settings are back"));
    assert!(!bench.place().wishes().join("network.ini").exists());
}

#[test]
fn what_is_confirmed_stays_after_every_start_and_a_later_file_wins() {
    let bench = started(Some("address = 192.168.1.20/24\n"));
    wants(&bench, NEW);
    let standing = confirmed(&bench, |id| format!("{id}\n"));
    assert_eq!((standing.origin, outcome(&standing)), (Origin::Page, Some(Outcome::Kept)));
    assert_eq!(address(&bench), "Address=10.0.0.2/24");
    let zone = bench.place().drop_zone();
    assert!(!zone.join("network.ini").exists() && zone.join("network.replaced").exists());

    starts(&bench);
    assert_eq!(address(&bench), "Address=10.0.0.2/24", "outlives a restart");
    bench.dropped("network.ini", "address = 172.16.0.2/24\n");
    starts(&bench);
    assert_eq!(
        (address(&bench).as_str(), read(bench.place()).origin),
        ("Address=172.16.0.2/24", Origin::DropZone)
    );
    fs::remove_file(zone.join("network.ini")).unwrap();
    starts(&bench);
    assert_eq!(read(bench.place()).origin, Origin::Nobody, "what it replaced does not come back");
}

#[test]
fn a_cut_within_the_term_brings_the_former_settings_back() {
    let bench = started(None);
    wants(&bench, NEW);
    std::thread::scope(|scope| {
        let trial = scope.spawn(|| change(bench.place(), LONG));
        while read(bench.place()).trial.is_none_or(|trial| trial.until.is_none()) {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(address(&bench), "Address=10.0.0.2/24");
        let at_the_cut = fs::read(super::file(bench.place())).unwrap();
        // The one who watched is gone with the power; here he is let go.
        let id = read(bench.place()).trial.unwrap().id;
        confirms(&bench, &id.to_string());
        let _ = trial.join();
        fs::write(super::file(bench.place()), at_the_cut).unwrap();
    });
    let again = read(bench.place());
    assert!(again.trial.is_some());
    // Killed, he is started again by systemd.
    let _ = change(bench.place(), LONG);
    assert_eq!(outcome(&read(bench.place())), Some(Outcome::Unwatched));
    assert!(!bench.place().at("run/systemd/network/10-installer.network").exists(), "asked of the network");
    super::write_down(bench.place(), &again).unwrap();
    starts(&bench);
    let standing = read(bench.place());
    assert_eq!((standing.origin, outcome(&standing)), (Origin::Nobody, Some(Outcome::Restarted)));
    assert!(!bench.place().at("run/systemd/network/10-installer.network").exists());
}

#[test]
fn a_confirmation_of_another_trial_or_of_before_counts_for_nothing() {
    let bench = started(None);
    wants(&bench, NEW);
    confirms(&bench, "7");
    let running = || read(bench.place()).trial.filter(|trial| trial.until.is_some());
    let said = bench.place().wishes().join("network.confirm");
    std::thread::scope(|scope| {
        scope.spawn(|| change(bench.place(), LONG));
        let id = loop {
            match running() {
                Some(trial) => break trial.id,
                None => std::thread::sleep(Duration::from_millis(1)),
            }
        };
        confirms(&bench, &(id + 1).to_string());
        while said.exists() {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(running().is_some(), "another trial's");
        confirms(&bench, &id.to_string());
    });
    assert_eq!(outcome(&read(bench.place())), Some(Outcome::Kept));
    wants(&bench, "address = 10.0.0.3/24");
    confirms(&bench, "7");
    let _ = change(bench.place(), OVER_AT_ONCE);
    assert_eq!(
        (outcome(&read(bench.place())), address(&bench).as_str()),
        (Some(Outcome::NotConfirmed), "Address=10.0.0.2/24")
    );
}

#[test]
fn what_cannot_be_followed_changes_nothing() {
    for wrong in ["address = here", "", "gateway = 10.0.0.1"] {
        let bench = started(Some(NEW));
        fs::write(
            bench.place().wishes().join("network.ini"),
            if wrong.is_empty() { vec![0xff; 20_000] } else { wrong.into() },
        )
        .unwrap();
        let _ = change(bench.place(), LONG);
        assert_eq!(outcome(&read(bench.place())), Some(Outcome::Unreadable), "{wrong}");
        assert!(!bench.place().at("usr/bin/systemctl.log").exists());
        assert!(!bench.place().wishes().join("network.ini").exists(), "it is not tried for ever");
    }
    let bench = started(Some(NEW));
    std::os::unix::fs::symlink(
        bench.place().at("usr/lib/os-release"),
        bench.place().wishes().join("network.ini"),
    )
    .unwrap();
    let _ = change(bench.place(), LONG);
    assert_eq!(
        outcome(&read(bench.place())),
        Some(Outcome::Unreadable),
        "whoever writes there leads nobody elsewhere"
    );
}

#[test]
fn nothing_is_tried_while_somebody_calls_for_help_and_nothing_goes_back_then() {
    let bench = started(None);
    let stays = |more: u64| {
        let until = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() + more;
        fs::write(bench.place().at("var/lib/gatehouse/stay"), until.to_string()).unwrap();
    };
    stays(60);
    wants(&bench, NEW);
    let _ = change(bench.place(), LONG);
    assert_eq!(outcome(&read(bench.place())), Some(Outcome::Help));
    fs::remove_file(bench.place().at("var/lib/gatehouse/stay")).unwrap();

    // The call comes as soon as the settings are in force, and its time is over a second later.
    bench.program(
        "systemctl",
        "echo $(($(date +%s) + 2)) >\"$(dirname \"$0\")/../../var/lib/gatehouse/stay\"",
    );
    wants(&bench, NEW);
    let begin = Instant::now();
    let _ = change(bench.place(), OVER_AT_ONCE);
    assert_eq!(outcome(&read(bench.place())), Some(Outcome::NotConfirmed));
    assert!(begin.elapsed() >= Duration::from_secs(1), "it waited for the end of the call");
}

#[test]
fn a_network_that_does_not_start_is_brought_back_at_once() {
    let bench = started(Some("address = 192.168.1.20/24\nvlan = 20\n"));
    bench.program("systemctl", "test -e \"$0.tried\" || { touch \"$0.tried\"; exit 1; }");
    wants(&bench, NEW);
    let _ = change(bench.place(), LONG);
    let standing = read(bench.place());
    assert_eq!((outcome(&standing), standing.origin), (Some(Outcome::NotTaken), Origin::DropZone));
    let house = fs::read_to_string(bench.place().at("run/systemd/network/05-house.network")).unwrap();
    assert!(house.contains("Address=192.168.1.20/24"), "{house}");
    let told = fs::read_to_string(bench.place().at("usr/bin/networkctl.log")).unwrap();
    assert_eq!(told, "delete house\n".repeat(2), "a VLAN keeps its number for as long as it is there");
}

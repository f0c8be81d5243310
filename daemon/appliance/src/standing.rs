//! Where the box stands in the network, and that nobody locks himself out: what the page wants is tried for a term, and comes back by
//! itself unless somebody confirms it over that very network.
//!
//! ```text
//!   drop zone ──────────────────────────────> at_start ─┐
//!   page ──> box/network.ini ──> change ──> on trial ───┴─> /run/systemd/network ──> systemd-networkd
//!   page ──> box/network.confirm ──────────────^    network.json ──> page
//! ```
//!
//! What is on trial lies where it is gone with the power, so that every start finds the former settings.

use std::fs::{self, File};
use std::io::{Error, ErrorKind, Read as _, Result};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

use board::ini::LONGEST;
use board::network::{Ended, FILES, LONGEST_STANDING, Network, Origin, Outcome, Standing, Trial};

use crate::place::{Place, keep, seconds};
use crate::renewal::somebody_calls_for_help;

/// How long something is tried, and how it is watched.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term {
    /// The page's answer to whoever asked leaves by the former address in this time.
    pub grace: Duration,
    /// For somebody to confirm it.
    pub length: Duration,
    /// How often it is looked whether somebody did.
    pub round: Duration,
}

impl Term {
    /// As the page promises it.
    pub(crate) const PROMISED: Self = Self {
        grace: Duration::from_secs(3),
        length: Duration::from_secs(60),
        round: Duration::from_millis(250),
    };
}

/// What the drop zone says.
#[derive(Debug)]
pub(crate) enum Dropped {
    /// Settings: they win over whatever was confirmed on the page.
    Settings(Network),
    /// Nothing, or nothing that can be followed.
    Nothing,
}

/// Which settings count from this start on, and puts them where the network finds them.
pub(crate) fn at_start(place: &Place, dropped: Dropped) -> Result<Network> {
    let mut standing = read(place);
    if let Some(Trial { settings, .. }) = standing.trial.take() {
        standing.last = Some(ended(Outcome::Restarted, settings));
    }
    match dropped {
        Dropped::Settings(settings) => (standing.settings, standing.origin) = (settings, Origin::DropZone),
        Dropped::Nothing if standing.origin == Origin::Page => {}
        Dropped::Nothing => (standing.settings, standing.origin) = (Network::default(), Origin::Nobody),
    }
    // A disk that takes nothing is said elsewhere; the network starts all the same.
    let _ = write_down(place, &standing);
    lay_out(place, &standing.settings)?;
    Ok(standing.settings)
}

/// Whether settings that were confirmed on the page count.
pub(crate) fn is_of_the_page(place: &Place) -> bool {
    read(place).origin == Origin::Page
}

/// Tries what the page wants, and keeps it or brings the former settings back.
pub(crate) fn change(place: &Place, term: Term) -> ExitCode {
    let mut standing = read(place);
    if standing.trial.is_some() {
        // Whoever watched over it is gone.
        end(place, &mut standing, Outcome::Unwatched);
    }
    let wish = place.wishes().join("network.ini");
    let bytes = taken(&wish, LONGEST as u64);
    if fs::remove_file(&wish).is_err() {
        // There was none, or it would be tried for ever.
        return if wish.exists() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    let wanted = bytes.ok().and_then(|bytes| Network::parse(&bytes).ok());
    let refused = match &wanted {
        None => Some(Outcome::Unreadable),
        Some(_) => somebody_calls_for_help(place).then_some(Outcome::Help),
    };
    if let Some(outcome) = refused {
        standing.last = Some(ended(outcome, wanted.unwrap_or_default()));
        let _ = write_down(place, &standing);
    } else if let Some(settings) = wanted {
        let outcome = tried(place, term, &mut standing, settings);
        end(place, &mut standing, outcome);
    }
    ExitCode::SUCCESS
}

/// The trial, to its end.
fn tried(place: &Place, term: Term, standing: &mut Standing, settings: Network) -> Outcome {
    let id = seconds();
    let former = standing.settings.clone();
    standing.trial = Some(Trial { id, settings: settings.clone(), until: None });
    if write_down(place, standing).is_err() {
        return Outcome::NotWritten;
    }
    place.say("gatehouse: network: the page's settings are tried; they go back by themselves unless somebody confirms them");
    sleep(term.grace);
    // A confirmation counts over the new settings only.
    let _ = fs::remove_file(confirmation(place));
    if follow(place, &former, &settings).is_err() {
        return Outcome::NotTaken;
    }
    standing.trial = Some(Trial { id, settings, until: Some(seconds() + term.length.as_secs()) });
    if write_down(place, standing).is_err() {
        return Outcome::NotWritten;
    }
    let end = Instant::now() + term.length;
    while !is_confirmed(place, id) {
        // Nobody's call for help ends because somebody forgot to confirm.
        if Instant::now() >= end && !somebody_calls_for_help(place) {
            return Outcome::NotConfirmed;
        }
        sleep(term.round);
    }
    Outcome::Kept
}

/// Ends the trial. Only what could be written down is kept.
fn end(place: &Place, standing: &mut Standing, mut outcome: Outcome) {
    let Some(Trial { settings, .. }) = standing.trial.take() else { return };
    if outcome == Outcome::Kept {
        let kept = Standing {
            settings: settings.clone(),
            origin: Origin::Page,
            trial: None,
            last: Some(ended(outcome, settings.clone())),
        };
        if set_aside(place).and_then(|()| write_down(place, &kept)).is_ok() {
            place.say("gatehouse: network: the page's settings are confirmed and stay");
            *standing = kept;
            return;
        }
        outcome = Outcome::NotWritten;
    }
    let back = follow(place, &settings, &standing.settings);
    standing.last = Some(ended(outcome, settings));
    let _ = write_down(place, standing);
    place.say(match back {
        Ok(()) => "gatehouse: network: the former settings are back",
        Err(_) => "gatehouse: network: the former settings do not come back; start the box anew",
    });
}

/// What the installer wrote no longer counts, until he puts it there again.
fn set_aside(place: &Place) -> Result<()> {
    let file = place.drop_zone().join("network.ini");
    match fs::rename(&file, file.with_extension("replaced")) {
        Err(fault) if fault.kind() != ErrorKind::NotFound => Err(fault),
        _ => Ok(()),
    }
}

/// Lays the settings out and has the network follow them.
fn follow(place: &Place, from: &Network, to: &Network) -> Result<()> {
    lay_out(place, to)?;
    place.is_called(to.name());
    if from.is_on_vlan() || to.is_on_vlan() {
        // It keeps its number for as long as it is there.
        let _ = place.command("networkctl", ["delete", "house"]).status();
    }
    let told = place.command("systemctl", ["restart", "systemd-networkd.service"]).status()?;
    if told.success() { Ok(()) } else { Err(Error::other("systemd-networkd does not start")) }
}

fn lay_out(place: &Place, settings: &Network) -> Result<()> {
    let folder = place.at("run/systemd/network");
    fs::create_dir_all(&folder)?;
    for name in FILES {
        let _ = fs::remove_file(folder.join(name));
    }
    if *settings == Network::default() {
        // The image's own settings count, which ask the network for everything.
        return Ok(());
    }
    settings.files().into_iter().try_for_each(|(name, text)| fs::write(folder.join(name), text))
}

fn confirmation(place: &Place) -> std::path::PathBuf {
    place.wishes().join("network.confirm")
}

fn is_confirmed(place: &Place, id: u64) -> bool {
    let file = confirmation(place);
    let said = taken(&file, 32).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let Some(said) = said else { return false };
    let _ = fs::remove_file(file);
    said.trim().parse() == Ok(id)
}

/// The bytes of a file that somebody without rights may have laid there: a file, and not too long a one.
fn taken(path: &Path, most: u64) -> Result<Vec<u8>> {
    let flags = nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK;
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    let about = file.metadata()?;
    if !about.is_file() || about.len() > most {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn ended(outcome: Outcome, settings: Network) -> Ended {
    Ended { at: seconds(), outcome, settings }
}

/// What the box has written down; nothing where it cannot be read.
fn read(place: &Place) -> Standing {
    let known = taken(&file(place), LONGEST_STANDING).ok();
    known.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

fn write_down(place: &Place, standing: &Standing) -> Result<()> {
    keep(&file(place), &serde_json::to_vec(standing)?)
}

fn file(place: &Place) -> std::path::PathBuf {
    place.memory().join("network.json")
}

#[cfg(test)]
mod tests;

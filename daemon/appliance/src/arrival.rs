//! The drop zone, read once at every start, before the network: whatever an installer put there from a laptop.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::process::ExitCode;

use appliance::Account;
use board::ini::LONGEST;
use board::network::Network;

use crate::mend::{lately, settle, will_be_another};
use crate::place::{Place, keep};
use crate::report::report;
use crate::standing::{Dropped, at_start, is_of_the_page};

/// A configuration larger than this is none (`gatehouse check-config` says the same); in bytes.
const LARGEST: u64 = 256 * 1024;
/// How a certificate begins (RFC 7468 5.1).
const PEM: &[u8] = b"-----BEGIN CERTIFICATE-----";
/// The next start makes the data partition anew (`systemd/gatehouse-forget.service`). systemd itself heeds this variable of its own in
/// an initrd of its own only.
const RESET: &str = "sys/firmware/efi/efivars/FactoryReset-8cf2644b-4b0b-428f-9387-6d876050dc67";

/// The file of the drop zone that makes the box forget everything.
const WISH: &str = "factory-reset";

/// What became of the files, for the one who put them there.
#[derive(Default)]
struct Result {
    lines: Vec<String>,
    /// What went wrong, for the screen too.
    mistakes: Vec<String>,
}

impl Result {
    fn good(&mut self, file: &str, said: &str) {
        self.lines.push(format!("{file}: {said}"));
    }

    fn bad(&mut self, file: &str, why: impl std::fmt::Display) {
        let line = format!("{file}: NOT USED: {why}");
        self.mistakes.push(line.clone());
        self.lines.push(line);
    }
}

/// Reads the drop zone. Nothing in it can keep the box from starting.
pub(crate) fn arrive(place: &Place) -> ExitCode {
    let zone = &place.drop_zone();
    let _ = fs::create_dir_all(place.for_now());
    settle(place);
    let mut result = Result::default();
    let reset = zone.join(WISH);
    if reset.exists() && !place.tries_by_itself() {
        return forget_everything(place, &reset);
    }
    if reset.exists() {
        has_forgotten(place, &reset, &mut result);
    }
    let network = network(place, &mut result);
    let name = place.is_called(network.name());
    account(place, &mut result);
    authorities(place, &mut result);
    configuration(place, &mut result);
    let failed = place.what_failed();
    if let Some(failed) = &failed {
        result.good("update", failed);
    }
    if let Some(damage) = lately(place) {
        result.good("data", &damage.sentence());
    }
    report(place, |report| report.begins(place.about(), failed));
    if !result.lines.is_empty() {
        let text = format!("Gatehouse {}, {name}\r\n{}\r\n", place.running(), result.lines.join("\r\n"));
        let _ = keep(&zone.join("RESULT.TXT"), text.as_bytes());
    }
    let _ = fs::write(place.for_now().join("notes"), result.mistakes.join("\n"));
    result.lines.iter().for_each(|line| place.say(&format!("gatehouse: drop zone: {line}")));
    ExitCode::SUCCESS
}

/// The drop zone's settings, or those confirmed on the page; without either the network is asked.
fn network(place: &Place, result: &mut Result) -> Network {
    let dropped = dropped(place, "network.ini", LONGEST as u64, result).and_then(|bytes| {
        let refused = match Network::parse(&bytes) {
            Ok(settings) => return Some(settings),
            Err(refused) => refused,
        };
        let instead = if is_of_the_page(place) {
            "the settings confirmed on the page stay"
        } else {
            "the address is asked of the network (DHCP)"
        };
        result.bad("network.ini", format!("{refused}; {instead}"));
        None
    });
    let wins = dropped.is_some();
    match at_start(place, dropped.map_or(Dropped::Nothing, Dropped::Settings)) {
        Ok(settings) => {
            if wins {
                result.good("network.ini", "used");
            }
            settings
        }
        Err(fault) => {
            result.bad("network.ini", fault);
            Network::default()
        }
    }
}

/// The token goes to the telephone system, which encrypts it, and leaves the drop zone, which anybody can read.
fn account(place: &Place, result: &mut Result) {
    let Some(bytes) = dropped(place, "account.ini", LONGEST as u64, result) else { return };
    match Account::parse(&bytes) {
        Err(refused) => result.bad("account.ini", refused),
        Ok(account) => {
            let file = place.drop_zone().join("account.ini");
            let handed = hand_over(place, &account).and_then(|()| wipe(&file, bytes.len()));
            match handed {
                Ok(()) => result.good("account.ini", "read and removed; the page shows the account"),
                Err(fault) => result.bad("account.ini", fault),
            }
        }
    }
}

/// To where `gatehouse-link.service` finds it; readable for root alone.
fn hand_over(place: &Place, account: &Account) -> std::io::Result<()> {
    let folder = place.memory().join("account");
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
    keep(&folder.join("id"), format!("TOKEN_ID={}\n", account.token_id).as_bytes())?;
    keep(&folder.join("token"), format!("{}\n", account.token.as_str()).as_bytes())
}

/// The telephone system keeps the token, encrypted: it need not lie around here any more.
pub(crate) fn linked(place: &Place) -> ExitCode {
    let token = place.memory().join("account/token");
    let length = fs::metadata(&token).ok().and_then(|about| usize::try_from(about.len()).ok()).unwrap_or(0);
    if wipe(&token, length).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn wipe(path: &Path, length: usize) -> std::io::Result<()> {
    let mut file = File::options().write(true).open(path)?;
    file.write_all(&vec![b' '; length])?;
    file.sync_all()?;
    fs::remove_file(path)
}

/// Whom this house trusts besides the public authorities; `cloud.authorities` and `trunk.authorities` may name the file.
fn authorities(place: &Place, result: &mut Result) {
    let Some(bytes) = dropped(place, "authorities.pem", LARGEST, result) else { return };
    if bytes.windows(PEM.len()).any(|piece| piece == PEM) {
        adopt(place, "authorities.pem", &bytes, result);
    } else {
        result.bad("authorities.pem", "there is no certificate in it; save it as PEM (Base64)");
    }
}

/// What `/etc/gatehouse` holds, after the telephone system has looked at it.
fn configuration(place: &Place, result: &mut Result) {
    let Some(bytes) = dropped(place, "gatehouse.toml", LARGEST, result) else { return };
    let plain = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let checked = place.for_now().join("gatehouse.toml");
    let _ = fs::write(&checked, plain);
    match place.command("gatehouse", ["check-config".as_ref(), checked.as_os_str()]).output() {
        Ok(said) if said.status.success() => adopt(place, "gatehouse.toml", plain, result),
        Ok(said) => {
            let why =
                String::from_utf8_lossy(&said.stderr).replace(&format!("{}:", checked.display()), "line ");
            result.bad("gatehouse.toml", why.lines().collect::<Vec<_>>().join("; "));
        }
        Err(fault) => result.bad("gatehouse.toml", fault),
    }
}

/// Becomes a file of `/etc/gatehouse`.
fn adopt(place: &Place, name: &str, bytes: &[u8], result: &mut Result) {
    match keep(&place.memory().join("etc").join(name), bytes) {
        Ok(()) => result.good(name, "used"),
        Err(fault) => result.bad(name, fault),
    }
}

/// A file of the drop zone, when it is there.
fn dropped(place: &Place, name: &str, most: u64, result: &mut Result) -> Option<Vec<u8>> {
    let file = File::open(place.drop_zone().join(name)).ok()?;
    let mut bytes = Vec::new();
    match file.take(most + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() as u64 <= most => Some(bytes),
        Ok(_) => {
            result.bad(name, "it is too long");
            None
        }
        Err(fault) => {
            result.bad(name, fault);
            None
        }
    }
}

/// Attributes (kept, for the boot, for the system) and the word `yes` in UTF-16, as the firmware wants it.
pub(crate) fn forget_everything(place: &Place, wish: &Path) -> ExitCode {
    place.say("gatehouse: factory reset: the box forgets everything and starts anew");
    let word: Vec<u8> =
        [7_u32.to_le_bytes().to_vec(), "yes".encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
    will_be_another(place);
    let asked = if place.tries_by_itself() {
        // This firmware keeps no word for the next start: the first program looks into the drop zone.
        fs::write(place.drop_zone().join(WISH), "").and_then(|()| spent(place, wish))
    } else {
        fs::write(place.at(RESET), word).and_then(|()| fs::remove_file(wish))
    };
    if let Err(fault) = asked {
        place.say(&format!("gatehouse: factory reset: {fault}"));
        return ExitCode::FAILURE;
    }
    nix::unistd::sync();
    let _ = place.command("systemctl", ["reboot", "--force"]).status();
    ExitCode::SUCCESS
}

/// Where the first program looks into the drop zone itself, nothing is left to do but to take the wish away: asked for again, it would be
/// asked for at every start.
fn has_forgotten(place: &Place, wish: &Path, result: &mut Result) {
    if !place.for_now().join("forget").exists() {
        result.bad(
            WISH,
            "the drop zone could not be read when the box was switched on; put the file there again",
        );
    }
    let _ = fs::remove_file(wish);
}

/// The wish of the page is gone; that of the drop zone stays until the box has forgotten.
fn spent(place: &Place, wish: &Path) -> std::io::Result<()> {
    if wish.starts_with(place.drop_zone()) { Ok(()) } else { fs::remove_file(wish) }
}

#[cfg(test)]
mod tests;

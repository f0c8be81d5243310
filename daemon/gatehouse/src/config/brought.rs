//! The configuration that a backup brought. It counts from the restore on, until somebody changes the box's own file: who spoke last is
//! heard. What belongs to the box and not to the office is taken from the box's own file always.
//!
//! ```text
//!   /etc/gatehouse/gatehouse.toml ── as it was at the restore? ──┬─ yes ──> data/gatehouse.toml, with the box's own addresses
//!            data/gatehouse.toml.instead ────────────────────────┴─ no ───> its own
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use backup::SETTINGS;

use super::read::{LARGEST, parse};
use super::{Config, Media, Sip};

/// What the box's own file said when the backup was restored.
const INSTEAD: &str = "gatehouse.toml.instead";

/// Whether a configuration that a backup brought counts.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) enum Brought {
    /// There is none, or the box's own file was changed since.
    #[default]
    No,
    /// It does.
    Counts,
    /// It would, but this program cannot follow it; this is why.
    Refused(String),
}

impl Config {
    /// The file whose words count.
    pub(crate) fn counting_file(&self) -> PathBuf {
        if self.brought == Brought::Counts { self.data.join(SETTINGS) } else { self.file.clone() }
    }
}

/// The configuration that counts where `own` is the box's own.
pub(crate) fn or_own(own: Config) -> Config {
    let Some(text) = brought(&own.file, &own.data) else { return own };
    let path = own.data.join(SETTINGS);
    match parse(&path.display().to_string(), &text) {
        Ok(brought) => Config {
            file: own.file,
            brought: Brought::Counts,
            data: own.data,
            sip: Sip { listen: own.sip.listen, ..brought.sip },
            media: Media { address: own.media.address, fast_path: own.media.fast_path, ..brought.media },
            web: own.web,
            log: own.log,
            ..brought
        },
        Err(refused) => Config { brought: Brought::Refused(refused.to_string()), ..own },
    }
}

/// The file that counts now: changes of the box's own are taken over while running.
pub(crate) fn counting(own: &Path, data: &Path) -> PathBuf {
    let instead = brought(own, data).is_some_and(|text| parse("", &text).is_ok());
    if instead { data.join(SETTINGS) } else { own.to_owned() }
}

/// What a backup brought, unless the box's own file was changed since.
fn brought(own: &Path, data: &Path) -> Option<String> {
    let (brought, instead) = (text(&data.join(SETTINGS))?, text(&data.join(INSTEAD))?);
    (instead == text(own).unwrap_or_default()).then_some(brought)
}

/// Writes down what the box's own file says, so that a change of it is noticed: at a restore, and when the power failed right after one.
pub(crate) fn stands_for(own: &Path, data: &Path, restored: bool) -> io::Result<()> {
    let path = data.join(INSTEAD);
    if !data.join(SETTINGS).exists() || (path.exists() && !restored) {
        return Ok(());
    }
    let half = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&half)?;
    file.write_all(text(own).unwrap_or_default().as_bytes())?;
    file.sync_all()?;
    fs::rename(&half, &path)?;
    File::open(data)?.sync_all()
}

/// A file as far as it can be a configuration.
fn text(path: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(path).ok()?.take(LARGEST + 1).read_to_string(&mut text).ok()?;
    (text.len() as u64 <= LARGEST).then_some(text)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::super::load;
    use super::{Brought, INSTEAD, SETTINGS, or_own, stands_for};
    use crate::config::Config;

    const OWN: &str = "[web]\nhttps = \"192.0.2.1:8443\"\n[sip]\nlisten = [\"udp:192.0.2.1:5060\"]\n[log]\nlevel = \"warn\"\n";
    const OLD: &str = "data = \"/elsewhere\"\n[sip]\nlisten = [\"udp:198.51.100.9:5060\"]\ndomains = [\"office.example\"]\n\
        [media]\naddress = \"198.51.100.9\"\nports = \"30000-30999\"\n[web]\nhttps = \"198.51.100.9:8443\"\n\
        [emergency]\ncommissioned = true\n[log]\nlevel = \"debug\"\n";

    /// A box, and its own file with these words.
    fn house(own: &str) -> TempDir {
        let house = tempfile::tempdir().unwrap();
        fs::create_dir(house.path().join("data")).unwrap();
        if !own.is_empty() {
            fs::write(house.path().join("own.toml"), own).unwrap();
        }
        house
    }

    fn restored(house: &TempDir, text: &str) {
        fs::write(house.path().join("data").join(SETTINGS), text).unwrap();
        stands_for(&house.path().join("own.toml"), &house.path().join("data"), true).unwrap();
    }

    fn counts(house: &TempDir) -> Config {
        let mut own = load(&house.path().join("own.toml"), false).unwrap();
        own.data = house.path().join("data");
        stands_for(&own.file, &own.data, false).unwrap();
        or_own(own)
    }

    #[test]
    fn what_a_backup_brought_counts_and_the_box_keeps_its_own_addresses() {
        for own in ["", OWN] {
            let house = house(own);
            assert_eq!(counts(&house).brought, Brought::No);
            restored(&house, OLD);
            let config = counts(&house);
            assert_eq!(config.brought, Brought::Counts);
            assert_eq!(config.counting_file(), house.path().join("data").join(SETTINGS));
            assert_eq!(config.sip.domains, ["office.example"], "of the office");
            assert_eq!(config.emergency.rules.commissioned, emergency::Commissioned::Yes);
            assert_eq!(config.media.ports, 30_000..=30_999);
            let plain = load(&house.path().join("own.toml"), false).unwrap();
            assert_eq!((config.web, config.log, config.sip.listen), (plain.web, plain.log, plain.sip.listen));
            assert_eq!((config.media.address, config.data), (None, house.path().join("data")));
        }
    }

    #[test]
    fn whoever_changes_the_boxs_own_file_after_it_is_heard() {
        let house = house(OWN);
        restored(&house, OLD);
        fs::write(house.path().join("own.toml"), format!("{OWN}\n[emergency]\nexit_digit = \"9\"\n"))
            .unwrap();
        let config = counts(&house);
        assert_eq!((config.brought, config.sip.domains), (Brought::No, vec!["sipgate.de".to_owned()]));
        restored(&house, OLD);
        assert_eq!(counts(&house).brought, Brought::Counts, "until the next restore");
        fs::remove_file(house.path().join("own.toml")).unwrap();
        assert_eq!(counts(&house).brought, Brought::No);
    }

    #[test]
    fn a_power_cut_right_after_the_restore_changes_nothing_of_it() {
        let house = house(OWN);
        fs::write(house.path().join("data").join(SETTINGS), OLD).unwrap();
        assert!(!house.path().join("data").join(INSTEAD).exists());
        assert_eq!(counts(&house).brought, Brought::Counts);
    }

    #[test]
    fn one_that_cannot_be_followed_keeps_nobody_from_telephoning() {
        let house = house(OWN);
        restored(&house, "[sip]\nlater = 1\n");
        let config = counts(&house);
        let Brought::Refused(why) = config.brought else { panic!("{:?}", config.brought) };
        assert!(why.contains("gatehouse.toml:2: sip.later"), "{why}");
        assert_eq!(config.web.https.ip().to_string(), "192.0.2.1");
    }
}

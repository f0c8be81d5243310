//! Where things are on the running box.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use appliance::tryboot::{Slot, Trial};
use appliance::{About, Disk, Installed, Start, installed};
use release::{PUBLIC_KEY, Version};

/// Longer answers are cut; in bytes.
const ANSWER: u64 = 256 * 1024;

/// The box: everything below `/`, or below another folder where a test says so.
#[derive(Debug)]
pub(crate) struct Place(PathBuf);

impl Place {
    /// The box this runs on.
    pub(crate) fn here() -> Self {
        Self::below(Path::new("/"))
    }

    pub(crate) fn below(root: &Path) -> Self {
        Self(root.to_owned())
    }

    /// A path of the box, without its leading slash.
    pub(crate) fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.0.join(path)
    }

    /// The folder that Windows shows.
    pub(crate) fn drop_zone(&self) -> PathBuf {
        self.at("efi/gatehouse")
    }

    /// What the page took in: the telephone system writes there, and nothing else.
    pub(crate) fn wishes(&self) -> PathBuf {
        self.at("var/lib/gatehouse/box")
    }

    /// What this box remembers besides telephony.
    pub(crate) fn memory(&self) -> PathBuf {
        self.at("var/lib/appliance")
    }

    /// What was seen of the box, for the telephone system to read; gone when the power is.
    pub(crate) fn seen(&self) -> PathBuf {
        self.at("run/gatehouse-seen")
    }

    /// Gone when the power is, and nobody else's business: the set-up code stands there.
    pub(crate) fn for_now(&self) -> PathBuf {
        self.at("run/gatehouse-box")
    }

    /// Versions on the boot partition.
    fn kernels(&self) -> PathBuf {
        self.at("efi/EFI/Linux")
    }

    /// A program of the box.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, name: &str, words: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(self.at("usr/bin").join(name));
        command.args(words);
        command
    }

    /// A program for whoever looks after the system.
    pub(crate) fn system_command<S: AsRef<OsStr>>(
        &self,
        name: &str,
        words: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut command = Command::new(self.at("usr/sbin").join(name));
        command.args(words);
        command
    }

    /// Where everything lies that must survive an update.
    pub(crate) fn data_partition(&self) -> PathBuf {
        self.at("dev/disk/by-partlabel/gatehouse-data")
    }

    /// What a program of the box prints; nothing when it does not run.
    pub(crate) fn told<S: AsRef<OsStr>>(&self, name: &str, words: impl IntoIterator<Item = S>) -> String {
        let out = self.command(name, words).output().map(|out| out.stdout).unwrap_or_default();
        String::from_utf8_lossy(&out).into_owned()
    }

    /// HDMI and serial. `tty0` is whatever is in front; our text belongs on the first.
    pub(crate) fn consoles(&self) -> Vec<File> {
        let active = fs::read_to_string(self.at("sys/class/tty/console/active")).unwrap_or_default();
        let names = active.split_whitespace().map(|name| if name == "tty0" { "tty1" } else { name });
        names.filter_map(|name| File::options().append(true).open(self.at("dev").join(name)).ok()).collect()
    }

    /// One line on every console.
    pub(crate) fn say(&self, line: &str) {
        for mut console in self.consoles() {
            let _ = writeln!(console, "{line}\r");
        }
    }

    /// The version that runs; an image always says it. Without, every update is newer.
    pub(crate) fn running(&self) -> Version {
        self.release("IMAGE_VERSION=").and_then(|version| version.parse().ok()).unwrap_or_default()
    }

    /// A line of what the image says of itself.
    fn release(&self, key: &str) -> Option<String> {
        let release = fs::read_to_string(self.at("usr/lib/os-release")).ok()?;
        release.lines().find_map(|line| line.strip_prefix(key).map(str::to_owned))
    }

    /// What an update must be for.
    pub(crate) fn about(&self) -> About {
        let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
        let board = self.release("GATEHOUSE_BOARD=").unwrap_or_else(|| "generic".to_owned());
        About { board, arch: arch.to_owned(), version: self.running() }
    }

    /// The slot this version was started from.
    pub(crate) fn slot(&self) -> Slot {
        let slot = fs::read_to_string(self.for_now().join("slot")).unwrap_or_default();
        Slot::named(&slot).unwrap_or(Slot::A)
    }

    /// Whether the firmware starts one of two boot partitions, and there is no boot loader that counts.
    pub(crate) fn tries_by_itself(&self) -> bool {
        self.about().board == "rpi"
    }

    /// Which boot partition the firmware starts.
    pub(crate) fn autoboot(&self) -> PathBuf {
        self.at("efi/autoboot.txt")
    }

    /// The version that is tried where the box counts by itself.
    pub(crate) fn trial(&self) -> PathBuf {
        self.memory().join("trial")
    }

    /// The slot that does not run.
    pub(crate) fn disk(&self) -> Disk {
        let other = self.slot().other();
        let labelled = |name: &str| self.at("dev/disk/by-partlabel").join(format!("{name}-{other}"));
        let start = if self.tries_by_itself() {
            Start::Partition { kernel: labelled("boot"), trial: self.trial() }
        } else {
            Start::Files(self.kernels())
        };
        Disk { start, slot: labelled("gatehouse"), running: self.running() }
    }

    /// Keys whose updates are taken: the one in use and the spare.
    pub(crate) fn keys(&self) -> Vec<[u8; PUBLIC_KEY]> {
        let files = fs::read_dir(self.at("usr/share/gatehouse")).into_iter().flatten().filter_map(Result::ok);
        let public =
            files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|end| end == "public"));
        public.filter_map(|path| fs::read(path).ok()?.try_into().ok()).collect()
    }

    /// Every version that can be started, or was given up.
    pub(crate) fn versions(&self) -> Vec<Installed> {
        if self.tries_by_itself() {
            let tried = Trial::read(&self.trial())
                .map(|trial| Installed { version: trial.version, tries: Some((trial.left, trial.done)) });
            let running = Installed { version: self.running(), tries: None };
            return tried.into_iter().chain([running]).collect();
        }
        let files = fs::read_dir(self.kernels()).into_iter().flatten().filter_map(Result::ok);
        files.filter_map(|file| installed(file.file_name().to_str()?)).collect()
    }

    /// Status and text of the telephone system's answer.
    pub(crate) fn ask(&self, path: &str) -> std::io::Result<(u16, String)> {
        let mut socket = UnixStream::connect(self.at("var/lib/gatehouse/gatehouse.sock"))?;
        socket.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(socket, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        socket.take(ANSWER).read_to_string(&mut answer)?;
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let text = answer.split_once("\r\n\r\n").map(|(_, text)| text.to_owned()).unwrap_or_default();
        Ok((status, text))
    }

    /// Gives the box this name in the network, or the one it has by itself. A box in a folder only writes it down.
    pub(crate) fn is_called(&self, wished: Option<&str>) -> String {
        let name = wished.map_or_else(|| self.own_name(), str::to_owned);
        if self.0 == Path::new("/") {
            let _ = nix::unistd::sethostname(&name);
        } else {
            let _ = fs::write(self.for_now().join("name"), &name);
        }
        name
    }

    /// `gatehouse-` and the last four digits of the first network card's address.
    fn own_name(&self) -> String {
        let cards = fs::read_dir(self.at("sys/class/net"))
            .into_iter()
            .flatten()
            .filter_map(|card| Some(card.ok()?.path()));
        let mut cards: Vec<PathBuf> = cards.filter(|card| card.join("device").exists()).collect();
        cards.sort();
        let address = cards.first().and_then(|card| fs::read_to_string(card.join("address")).ok());
        let digits: String = address.unwrap_or_default().chars().filter(char::is_ascii_hexdigit).collect();
        let end = digits.len().checked_sub(4).and_then(|from| digits.get(from..));
        end.map_or_else(|| "gatehouse".to_owned(), |end| format!("gatehouse-{end}"))
    }

    /// Where the reasons of a version that failed are kept.
    pub(crate) fn attempts(&self, version: Version) -> PathBuf {
        self.memory().join(format!("failed-{version}.txt"))
    }

    /// What became of the last new version, if it is worth telling.
    pub(crate) fn what_failed(&self) -> Option<String> {
        let running = self.running();
        let failed =
            self.versions().into_iter().find(|other| other.has_failed() && other.version != running)?;
        let (_, times) = failed.tries.unwrap_or_default();
        let reasons = fs::read_to_string(self.attempts(failed.version)).unwrap_or_default();
        let reason = reasons
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix("because: "))
            .unwrap_or("it did not start");
        Some(format!("version {} failed {times} times because {reason}; running {running}", failed.version))
    }
}

/// Since 1970, in seconds.
pub(crate) fn seconds() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Whole or not at all, whenever the power goes.
pub(crate) fn keep(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

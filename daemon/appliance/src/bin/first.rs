//! The first program of the box: finds its root, has every block of it checked against the hash in the signed kernel, and starts it.
//!
//! `gatehouse.root=BLOCKS,HASH,SALT` on the kernel's command line names the root; which slot it is in is found by its salt. What goes
//! wrong is said on the console, and the box starts anew: the boot loader counts, and goes back to the version before.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use nix::mount::{MsFlags, mount};
use sha2::{Digest as _, Sha256};

/// Slow disks and USB bridges are given this long to show up.
const PATIENCE: Duration = Duration::from_secs(20);
/// Long enough to read a line.
const READING: Duration = Duration::from_secs(10);
/// Labels of the slots, as the image makes them.
const SLOTS: [(&str, &str); 2] = [("gatehouse-a", "a"), ("gatehouse-b", "b")];
/// On boards whose firmware keeps no word for the next start: whoever wants a factory reset says so in the drop zone.
const ZONE: &str = "gatehouse.zone";
/// Block size of data and hash tree, in bytes.
const BLOCK: u64 = 4096;

fn main() -> ExitCode {
    let Err(trouble) = start() else { return ExitCode::FAILURE };
    say(&format!("gatehouse: this version cannot start: {trouble}; starting again in 10 s"));
    std::thread::sleep(READING);
    let _ = nix::sys::reboot::reboot(nix::sys::reboot::RebootMode::RB_AUTOBOOT);
    ExitCode::FAILURE
}

/// Comes back only with trouble.
fn start() -> Result<(), Trouble> {
    for (what, at) in [("proc", "/proc"), ("sysfs", "/sys"), ("devtmpfs", "/dev"), ("tmpfs", "/run")] {
        attach(what, Path::new(at), Some(what), MsFlags::MS_NOSUID)?;
    }
    load_modules();
    let line = read("/proc/cmdline")?;
    let root = Root::named(&line).ok_or(Trouble::CommandLine)?;
    let (device, slot) = root.find()?;
    root.check_and_mount(&device)?;
    say(&format!("gatehouse: slot {slot} on {}", device.display()));
    fs::DirBuilder::new().mode(0o700).create("/run/gatehouse-box")?;
    fs::write("/run/gatehouse-box/slot", slot)?;
    if line.split_whitespace().any(|word| word == ZONE) && wants_to_forget() {
        fs::write("/run/gatehouse-box/forget", "")?;
    }
    identify();
    for at in ["/proc", "/sys", "/dev", "/run"] {
        attach(at, Path::new(&format!("/sysroot{at}")), None, MsFlags::MS_MOVE)?;
    }
    forget(Path::new("/modules"));
    std::env::set_current_dir("/sysroot")?;
    attach(".", Path::new("/"), None, MsFlags::MS_MOVE)?;
    nix::unistd::chroot(".").map_err(std::io::Error::from)?;
    std::env::set_current_dir("/")?;
    Err(Command::new("/usr/lib/systemd/systemd").env_clear().exec().into())
}

#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("the kernel was started without gatehouse.root")]
    CommandLine,
    #[error("no disk has this version; what there is: {0}")]
    NoSlot(String),
    #[error("{at}: {fault}")]
    Mount { at: String, fault: nix::Error },
    #[error("its root does not match its hash: {0}")]
    Hash(String),
    #[error("{0}")]
    System(#[from] std::io::Error),
}

/// Some are for other hardware, and fail.
fn load_modules() {
    let order = read("/modules/order").unwrap_or_default();
    for name in order.lines() {
        let Ok(file) = File::open(Path::new("/modules").join(name)) else { continue };
        let _ = nix::kmod::finit_module(file, c"", nix::kmod::ModuleInitFlags::empty());
    }
}

/// The root named on the command line.
struct Root {
    blocks: u64,
    hash: String,
    salt: String,
}

impl Root {
    fn named(line: &str) -> Option<Self> {
        let mut parts =
            line.split_whitespace().find_map(|word| word.strip_prefix("gatehouse.root="))?.split(',');
        let (blocks, hash, salt) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        (plain(hash) && plain(salt)).then(|| Self { blocks, hash: hash.to_owned(), salt: salt.to_owned() })
    }

    fn find(&self) -> Result<(PathBuf, &'static str), Trouble> {
        let end = Instant::now() + PATIENCE;
        loop {
            let partitions = partitions();
            let ours = partitions.iter().filter_map(|(device, label)| {
                let (_, slot) = SLOTS.iter().find(|(name, _)| name == label)?;
                Some((device, *slot))
            });
            if let Some((device, slot)) = ours.into_iter().find(|(device, _)| self.is_on(device)) {
                return Ok((device.clone(), slot));
            }
            if Instant::now() >= end {
                let seen: Vec<_> = partitions.into_iter().map(|(_, label)| label).collect();
                return Err(Trouble::NoSlot(seen.join(", ")));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// The head of the hash tree holds the salt (cryptsetup, `DMVerity`: 8 bytes of magic, the length at 80, the salt at 88).
    fn is_on(&self, device: &Path) -> bool {
        let head = || {
            let mut file = File::open(device)?;
            file.seek(SeekFrom::Start(self.blocks * BLOCK))?;
            let mut head = [0; 512];
            file.read_exact(&mut head).map(|()| head)
        };
        let Ok(head) = head() else { return false };
        let salt = head.get(88..88 + self.salt.len() / 2).unwrap_or_default();
        head.starts_with(b"verity\0\0") && hex(salt).eq_ignore_ascii_case(&self.salt)
    }

    /// A block that was changed stops the box at once, rather than run it.
    fn check_and_mount(&self, device: &Path) -> Result<(), Trouble> {
        let Self { blocks, hash, salt } = self;
        let (sectors, first, device) = (blocks * 8, blocks + 1, device.display());
        let table = format!(
            "0 {sectors} verity 1 {device} {device} {BLOCK} {BLOCK} {blocks} {first} sha256 {hash} {salt} 1 panic_on_corruption"
        );
        let made = Command::new("/usr/sbin/dmsetup")
            .args(["create", "root", "--readonly", "--noudevsync", "--table", &table])
            .output()?;
        if !made.status.success() {
            return Err(Trouble::Hash(String::from_utf8_lossy(&made.stderr).trim().to_owned()));
        }
        attach("/dev/dm-0", Path::new("/sysroot"), Some("erofs"), MsFlags::MS_RDONLY)
    }
}

/// Every partition with its label.
fn partitions() -> Vec<(PathBuf, String)> {
    uevents()
        .iter()
        .filter_map(|event| {
            Some((Path::new("/dev").join(said(event, "DEVNAME")?), said(event, "PARTNAME")?.to_owned()))
        })
        .collect()
}

fn uevents() -> Vec<String> {
    let devices = fs::read_dir("/sys/class/block").into_iter().flatten().filter_map(Result::ok);
    devices.filter_map(|device| fs::read_to_string(device.path().join("uevent")).ok()).collect()
}

fn said<'t>(event: &'t str, key: &str) -> Option<&'t str> {
    event.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
}

/// Whether somebody put `factory-reset` into the drop zone. One that cannot be read asks for nothing.
fn wants_to_forget() -> bool {
    let zone = partitions().into_iter().find(|(_, label)| label == "GATEHOUSE");
    let Some((device, _)) = zone else { return false };
    let at = Path::new("/zone");
    let _ = fs::create_dir(at);
    if attach(&device.display().to_string(), at, Some("vfat"), MsFlags::MS_RDONLY).is_err() {
        return false;
    }
    let wanted = at.join("gatehouse/factory-reset").exists();
    let _ = nix::mount::umount(at);
    wanted
}

/// The box is who its data partition is: the same after an update, another one after a factory reset (`machine-id(5)`).
fn identify() {
    let events = uevents();
    let data = events.iter().find(|event| said(event, "PARTNAME") == Some("gatehouse-data"));
    let Some(id) = data.and_then(|event| said(event, "PARTUUID")) else { return };
    let id = hex(&Sha256::digest(format!("gatehouse machine {id}").as_bytes()));
    let id = id.get(..32).unwrap_or_default();
    let named = fs::write("/run/machine-id", format!("{id}\n")).is_ok();
    if named {
        let _ = attach("/run/machine-id", Path::new("/sysroot/etc/machine-id"), None, MsFlags::MS_BIND);
    }
}

fn attach(what: &str, at: &Path, kind: Option<&str>, how: MsFlags) -> Result<(), Trouble> {
    let failed = |fault| Trouble::Mount { at: at.display().to_string(), fault };
    mount(Some(what), at, kind, how, None::<&str>).map_err(failed)
}

/// What the kernel has loaded is not needed in memory a second time.
fn forget(folder: &Path) {
    let _ = fs::remove_dir_all(folder);
}

fn read(path: &str) -> Result<String, std::io::Error> {
    fs::read_to_string(path)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn say(line: &str) {
    for console in ["/dev/kmsg", "/dev/console"] {
        let _ = File::options().write(true).open(console).and_then(|mut file| writeln!(file, "{line}"));
    }
}

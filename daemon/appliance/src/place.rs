//! Where things are on the running box.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use appliance::{About, Disk, Installed, Version, installed};

/// The folder that Windows shows.
pub(crate) const DROP_ZONE: &str = "/efi/gatehouse";
/// Versions on the boot partition.
pub(crate) const KERNELS: &str = "/efi/EFI/Linux";
/// What this box remembers besides telephony.
pub(crate) const MEMORY: &str = "/var/lib/appliance";
/// Gone when the power is.
pub(crate) const FOR_NOW: &str = "/run/gatehouse-box";
/// Where the telephone system answers.
const SOCKET: &str = "/var/lib/gatehouse/gatehouse.sock";
/// Longer answers are cut; in bytes.
const ANSWER: u64 = 256 * 1024;

/// The version that runs; an image always says it. Without, every update is newer.
pub(crate) fn running() -> Version {
    let release = fs::read_to_string("/usr/lib/os-release").unwrap_or_default();
    let version = release.lines().find_map(|line| line.strip_prefix("IMAGE_VERSION="));
    version.and_then(|version| version.parse().ok()).unwrap_or_default()
}

/// What an update must be for.
pub(crate) fn about() -> About {
    let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    About { board: "generic".to_owned(), arch: arch.to_owned(), version: running() }
}

/// The slot that does not run.
pub(crate) fn disk() -> Disk {
    let slot = fs::read_to_string(Path::new(FOR_NOW).join("slot")).unwrap_or_default();
    let other = if slot.trim() == "b" { "gatehouse-a" } else { "gatehouse-b" };
    let slot = Path::new("/dev/disk/by-partlabel").join(other);
    Disk { kernels: PathBuf::from(KERNELS), slot, running: running() }
}

/// Keys whose updates are taken: the one in use and the spare.
pub(crate) fn keys() -> Vec<[u8; appliance::PUBLIC_KEY]> {
    let files = fs::read_dir("/usr/share/gatehouse").into_iter().flatten().filter_map(Result::ok);
    let public =
        files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|end| end == "public"));
    public.filter_map(|path| fs::read(path).ok()?.try_into().ok()).collect()
}

/// Every version on the boot partition.
pub(crate) fn versions() -> Vec<Installed> {
    let files = fs::read_dir(KERNELS).into_iter().flatten().filter_map(Result::ok);
    files.filter_map(|file| installed(file.file_name().to_str()?)).collect()
}

/// Status and text of the telephone system's answer.
pub(crate) fn ask(path: &str) -> std::io::Result<(u16, String)> {
    let mut socket = UnixStream::connect(SOCKET)?;
    socket.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(socket, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    socket.take(ANSWER).read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let text = answer.split_once("\r\n\r\n").map(|(_, text)| text.to_owned()).unwrap_or_default();
    Ok((status, text))
}

/// Where the reasons of a version that failed are kept.
pub(crate) fn attempts(version: Version) -> PathBuf {
    Path::new(MEMORY).join(format!("failed-{version}.txt"))
}

/// What became of the last new version, if it is worth telling.
pub(crate) fn what_failed() -> Option<String> {
    let failed = versions().into_iter().find(Installed::has_failed)?;
    let (_, times) = failed.tries.unwrap_or_default();
    let reasons = fs::read_to_string(attempts(failed.version)).unwrap_or_default();
    let reason =
        reasons.lines().rev().find_map(|line| line.strip_prefix("because: ")).unwrap_or("it did not start");
    Some(format!("version {} failed {times} times because {reason}; running {}", failed.version, running()))
}

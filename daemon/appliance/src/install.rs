//! A checked update to the slot that does not run. Until the very last step the box starts as before.
//!
//! ```text
//!   forget the version in the other slot ─> write root, read it back ─> write kernel, read it back ─> give it its name, with three tries
//! ```
//!
//! Cut off anywhere, it is done again from the beginning; the version that runs is never touched.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use release::{Version, hex};
use sha2::{Digest as _, Sha256};

use crate::bundle::{Bundle, BundleRefused, Part};
use crate::versions::{Installed, installed};

/// So many times a new version may fail to start before the box goes back.
const TRIES: u32 = 3;
/// A name no boot loader looks at.
const UNFINISHED: &str = "update.part";

/// Where versions live on this box.
#[derive(Clone, Debug)]
pub struct Disk {
    /// `EFI/Linux` of the boot partition.
    pub kernels: PathBuf,
    /// The partition of the slot that does not run.
    pub slot: PathBuf,
    /// What runs now.
    pub running: Version,
}

/// Why an update was not installed. The box starts as before.
#[derive(Debug, thiserror::Error)]
pub enum InstallFailed {
    /// The file's fault.
    #[error(transparent)]
    Bundle(#[from] BundleRefused),
    /// The disk's fault.
    #[error("{path}: {fault}")]
    Disk {
        /// What could not be written or read.
        path: PathBuf,
        /// What the system says.
        fault: std::io::Error,
    },
    /// The disk does not give back what it was given.
    #[error("the disk does not keep what is written to {0}; replace it")]
    Forgetful(PathBuf),
}

/// Writes and checks a whole update; `progress` hears how much of a hundred is done.
///
/// # Errors
/// When the file or the disk is at fault; the version that runs stays.
pub fn install<R: Read>(
    mut bundle: Bundle<R>,
    disk: &Disk,
    mut progress: impl FnMut(u64),
) -> Result<Version, InstallFailed> {
    let (version, root, kernel) =
        (bundle.version, bundle.manifest.root.clone(), bundle.manifest.kernel.clone());
    forget_others(disk)?;
    let whole = root.size.saturating_add(kernel.size).max(1);
    let mut done = 0;
    let mut told = |bytes: usize| {
        done += bytes as u64;
        progress(done.saturating_mul(100) / whole);
    };
    let slot = File::options().write(true).open(&disk.slot).map_err(at(&disk.slot))?;
    write(&mut bundle, "root", &root, slot, &disk.slot, &mut told)?;
    let unfinished = disk.kernels.join(UNFINISHED);
    let file = File::create(&unfinished).map_err(at(&unfinished))?;
    write(&mut bundle, "kernel", &kernel, file, &unfinished, &mut told)?;
    let ready = disk.kernels.join(Installed::fresh_file(version, TRIES));
    fs::rename(&unfinished, &ready).map_err(at(&ready))?;
    settle(&disk.kernels)?;
    Ok(version)
}

fn write<R: Read>(
    bundle: &mut Bundle<R>,
    name: &'static str,
    part: &Part,
    mut file: File,
    path: &Path,
    told: &mut impl FnMut(usize),
) -> Result<(), InstallFailed> {
    bundle.part(name, part, |piece| -> Result<(), InstallFailed> {
        file.write_all(piece).map_err(at(path))?;
        told(piece.len());
        Ok(())
    })?;
    file.sync_all().map_err(at(path))?;
    drop(file);
    read_back(part, path)
}

/// What the disk gives back, not what the system still remembers of it.
fn read_back(part: &Part, path: &Path) -> Result<(), InstallFailed> {
    let file = File::open(path).map_err(at(path))?;
    // A system that does not forget on demand is checked against its memory only.
    let _ = nix::fcntl::posix_fadvise(&file, 0, 0, nix::fcntl::PosixFadviseAdvice::POSIX_FADV_DONTNEED);
    let (mut rest, mut hash, mut piece) = (file.take(part.size), Sha256::new(), vec![0; 1 << 20]);
    loop {
        let length = rest.read(&mut piece).map_err(at(path))?;
        match piece.get(..length) {
            Some([]) | None => break,
            Some(bytes) => hash.update(bytes),
        }
    }
    let kept = hex(&hash.finalize()) == part.sha256;
    if kept { Ok(()) } else { Err(InstallFailed::Forgetful(path.to_owned())) }
}

/// Their root is about to be overwritten: they must not be started any more.
fn forget_others(disk: &Disk) -> Result<(), InstallFailed> {
    let folder = fs::read_dir(&disk.kernels).map_err(at(&disk.kernels))?;
    for file in folder.filter_map(Result::ok) {
        let name = file.file_name();
        let name = name.to_str().unwrap_or_default();
        if installed(name).is_some_and(|other| other.version != disk.running) || name == UNFINISHED {
            fs::remove_file(file.path()).map_err(at(&file.path()))?;
        }
    }
    settle(&disk.kernels)
}

fn settle(folder: &Path) -> Result<(), InstallFailed> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}

fn at(path: &Path) -> impl Fn(std::io::Error) -> InstallFailed {
    let path = path.to_owned();
    move |fault| InstallFailed::Disk { path: path.clone(), fault }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Disk, InstallFailed, install};
    use release::{Signer, new_key};

    use crate::bundle::{About, Bundle, BundleRefused, Manifest, Part, head};

    struct Bench {
        folder: tempfile::TempDir,
        disk: Disk,
        key: [u8; 32],
        file: Vec<u8>,
    }

    impl Bench {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let (kernels, slot) = (folder.path().join("kernels"), folder.path().join("slot"));
            fs::create_dir(&kernels).unwrap();
            fs::write(&slot, vec![0xee; 5000]).unwrap();
            for file in ["gatehouse_1.0.0.efi", "gatehouse_0.9.0+0-3.efi", "update.part", "other.efi"] {
                fs::write(kernels.join(file), "x").unwrap();
            }
            let (private, public) = new_key().unwrap();
            let (root, kernel) = (vec![1; 3000], vec![2; 2000]);
            let manifest = Manifest {
                board: "generic".into(),
                arch: "amd64".into(),
                version: "1.1.0".into(),
                root: Part::of(&root),
                kernel: Part::of(&kernel),
            };
            let file = [head(&Signer::new(&private).unwrap(), &manifest), root, kernel].concat();
            let disk = Disk { kernels, slot, running: "1.0.0".parse().unwrap() };
            Self { folder, disk, key: public.try_into().unwrap(), file }
        }

        fn installs(&self, file: &[u8]) -> Result<(), InstallFailed> {
            let about = About { board: "generic".into(), arch: "amd64".into(), version: self.disk.running };
            let bundle = Bundle::open(file, &[self.key], &about)?;
            install(bundle, &self.disk, |_| {}).map(drop)
        }

        fn kernels(&self) -> Vec<String> {
            let names = fs::read_dir(&self.disk.kernels)
                .unwrap()
                .map(|file| file.unwrap().file_name().into_string().unwrap());
            let mut names: Vec<String> = names.collect();
            names.sort();
            names
        }
    }

    #[test]
    fn the_other_slot_gets_it_with_three_tries() {
        let bench = Bench::new();
        bench.installs(&bench.file).unwrap();
        assert_eq!(bench.kernels(), ["gatehouse_1.0.0.efi", "gatehouse_1.1.0+3.efi", "other.efi"]);
        assert_eq!(fs::read(&bench.disk.slot).unwrap()[..3000], vec![1; 3000]);
        assert_eq!(fs::read(bench.disk.kernels.join("gatehouse_1.1.0+3.efi")).unwrap(), vec![2; 2000]);
        assert!(bench.folder.path().exists());
    }

    #[test]
    fn cut_off_anywhere_nothing_new_is_started_and_it_can_be_done_again() {
        let bench = Bench::new();
        for end in [400, 1000, 3300, bench.file.len() - 1] {
            let cut = bench.installs(&bench.file[..end]).unwrap_err();
            assert!(matches!(cut, InstallFailed::Bundle(BundleRefused::Truncated)), "{end}: {cut}");
            let starts: Vec<String> =
                bench.kernels().into_iter().filter(|name| name.starts_with("gatehouse")).collect();
            assert_eq!(starts, ["gatehouse_1.0.0.efi"], "{end}");
        }
        bench.installs(&bench.file).unwrap();
        assert!(bench.kernels().contains(&"gatehouse_1.1.0+3.efi".to_owned()));
    }
}

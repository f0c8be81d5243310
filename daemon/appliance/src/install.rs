//! A checked update to the slot that does not run. Until the very last step the box starts as before.
//!
//! ```text
//!   forget the version in the other slot ─> write root, read it back ─> write kernel, read it back ─> let it be started, three times
//! ```
//!
//! Cut off anywhere, it is done again from the beginning; the version that runs is never touched.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use release::{Version, hex};
use sha2::{Digest as _, Sha256};

use crate::bundle::{Bundle, BundleRefused, Part};
use crate::tryboot::Trial;
use crate::versions::{Installed, installed};

/// So many times a new version may fail to start before the box goes back.
const TRIES: u32 = 3;
/// A name no boot loader looks at.
const UNFINISHED: &str = "update.part";

/// Where versions live on this box.
#[derive(Clone, Debug)]
pub struct Disk {
    /// How a version comes to be started.
    pub start: Start,
    /// The partition of the slot that does not run.
    pub slot: PathBuf,
    /// What runs now.
    pub running: Version,
}

/// How a version comes to be started.
#[derive(Clone, Debug)]
pub enum Start {
    /// A boot loader looks for files in `EFI/Linux` of the boot partition, and counts by their names.
    Files(PathBuf),
    /// The firmware starts one of two partitions, and the box counts ([`crate::tryboot`]).
    Partition {
        /// That of the slot that does not run.
        kernel: PathBuf,
        /// Where the version that is tried is written down.
        trial: PathBuf,
    },
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
    match &disk.start {
        Start::Files(kernels) => {
            let unfinished = kernels.join(UNFINISHED);
            let file = File::create(&unfinished).map_err(at(&unfinished))?;
            write(&mut bundle, "kernel", &kernel, file, &unfinished, &mut told)?;
            let ready = kernels.join(Installed::fresh_file(version, TRIES));
            fs::rename(&unfinished, &ready).map_err(at(&ready))?;
            settle(kernels)?;
        }
        Start::Partition { kernel: partition, trial } => {
            let file = File::options().write(true).open(partition).map_err(at(partition))?;
            write(&mut bundle, "kernel", &kernel, file, partition, &mut told)?;
            Trial { version, left: TRIES, done: 0 }.keep(trial).map_err(at(trial))?;
        }
    }
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
    let kernels = match &disk.start {
        Start::Files(kernels) => kernels,
        Start::Partition { trial, .. } => return Trial::forget(trial).map_err(at(trial)),
    };
    let folder = fs::read_dir(kernels).map_err(at(kernels))?;
    for file in folder.filter_map(Result::ok) {
        let name = file.file_name();
        let name = name.to_str().unwrap_or_default();
        if installed(name).is_some_and(|other| other.version != disk.running) || name == UNFINISHED {
            fs::remove_file(file.path()).map_err(at(&file.path()))?;
        }
    }
    settle(kernels)
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

    use super::{Disk, InstallFailed, Start, install};
    use crate::tryboot::Trial;
    use release::{Signer, new_key};

    use crate::bundle::{About, Bundle, BundleRefused, Manifest, Part, head};

    struct Bench {
        folder: tempfile::TempDir,
        disk: Disk,
        key: [u8; 32],
        file: Vec<u8>,
    }

    impl Bench {
        /// Its boot loader counts.
        fn new() -> Self {
            Self::with(|folder| Start::Files(folder.join("kernels")))
        }

        /// Its firmware starts one of two partitions.
        fn pi() -> Self {
            Self::with(|folder| {
                let [kernel, trial] = ["boot-b", "trial"].map(|name| folder.join(name));
                fs::write(&kernel, vec![0xee; 4000]).unwrap();
                fs::write(&trial, "0.9.0+0-3\n").unwrap();
                Start::Partition { kernel, trial }
            })
        }

        fn with(start: impl FnOnce(&std::path::Path) -> Start) -> Self {
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
            let disk = Disk { start: start(folder.path()), slot, running: "1.0.0".parse().unwrap() };
            Self { folder, disk, key: public.try_into().unwrap(), file }
        }

        fn installs(&self, file: &[u8]) -> Result<(), InstallFailed> {
            let about = About { board: "generic".into(), arch: "amd64".into(), version: self.disk.running };
            let bundle = Bundle::open(file, &[self.key], &about)?;
            install(bundle, &self.disk, |_| {}).map(drop)
        }

        fn at(&self, name: &str) -> std::path::PathBuf {
            self.folder.path().join(name)
        }

        fn kernels(&self) -> Vec<String> {
            let names = fs::read_dir(self.at("kernels"))
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
        assert_eq!(fs::read(bench.at("kernels/gatehouse_1.1.0+3.efi")).unwrap(), vec![2; 2000]);
    }

    #[test]
    fn a_firmware_with_two_partitions_gets_it_into_the_other_one() {
        let bench = Bench::pi();
        bench.installs(&bench.file).unwrap();
        assert_eq!(fs::read(&bench.disk.slot).unwrap()[..3000], vec![1; 3000]);
        let written = fs::read(bench.at("boot-b")).unwrap();
        assert_eq!((&written[..2000], written.len()), (&[2; 2000][..], 4000), "what is behind it stays");
        let trial = Trial { version: "1.1.0".parse().unwrap(), left: 3, done: 0 };
        assert_eq!(Trial::read(&bench.at("trial")), Some(trial));
    }

    #[test]
    fn what_is_cut_off_on_its_way_to_a_partition_is_not_tried() {
        let bench = Bench::pi();
        for end in [400, 1000, 3300, bench.file.len() - 1] {
            assert!(bench.installs(&bench.file[..end]).is_err(), "{end}");
            assert_eq!(Trial::read(&bench.at("trial")).filter(|trial| trial.left > 0), None, "{end}");
        }
        bench.installs(&bench.file).unwrap();
        assert!(Trial::read(&bench.at("trial")).is_some());
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

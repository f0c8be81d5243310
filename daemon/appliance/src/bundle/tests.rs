use proptest::prelude::*;

use release::{PUBLIC_KEY, Signer, new_key};

use super::{About, Bundle, BundleRefused, Manifest, Part, UPDATE, head};

const ROOT: &[u8] = b"the root file system";
const KERNEL: &[u8] = b"the kernel";

struct Maker {
    signer: Signer,
    key: [u8; PUBLIC_KEY],
}

impl Maker {
    fn new() -> Self {
        let (private, public) = new_key().unwrap();
        Self { signer: Signer::new(&private).unwrap(), key: public.try_into().unwrap() }
    }

    fn make(&self, board: &str, arch: &str, version: &str) -> Vec<u8> {
        let [board, arch, version] = [board, arch, version].map(str::to_owned);
        let manifest = Manifest { board, arch, version, root: Part::of(ROOT), kernel: Part::of(KERNEL) };
        [&head(&self.signer, &manifest), ROOT, KERNEL].concat()
    }
}

fn about() -> About {
    About { board: "generic".into(), arch: "amd64".into(), version: "1.2.3".parse().unwrap() }
}

/// Everything a box does with a file before it switches.
fn read(file: &[u8], keys: &[[u8; PUBLIC_KEY]]) -> Result<(Vec<u8>, Vec<u8>), BundleRefused> {
    let mut bundle = Bundle::open(file, keys, &about())?;
    let (mut root, mut kernel) = (vec![], vec![]);
    let (root_part, kernel_part) = (bundle.manifest.root.clone(), bundle.manifest.kernel.clone());
    bundle.part("root", &root_part, |piece| -> Result<(), BundleRefused> {
        root.extend_from_slice(piece);
        Ok(())
    })?;
    bundle.part("kernel", &kernel_part, |piece| -> Result<(), BundleRefused> {
        kernel.extend_from_slice(piece);
        Ok(())
    })?;
    Ok((root, kernel))
}

#[test]
fn a_newer_version_by_either_of_our_keys_is_read_whole() {
    let (now, later) = (Maker::new(), Maker::new());
    for maker in [&now, &later] {
        let (root, kernel) = read(&maker.make("generic", "amd64", "1.3.0"), &[now.key, later.key]).unwrap();
        assert_eq!((root.as_slice(), kernel.as_slice()), (ROOT, KERNEL));
    }
}

#[test]
fn what_is_not_for_this_box_is_refused_with_the_reason() {
    let maker = Maker::new();
    let refused = |file: &[u8]| read(file, &[maker.key]).unwrap_err();
    assert!(matches!(refused(&Maker::new().make("generic", "amd64", "1.3.0")), BundleRefused::Signature));
    assert!(matches!(refused(&maker.make("rpi", "amd64", "1.3.0")), BundleRefused::Board(_)));
    assert!(matches!(refused(&maker.make("generic", "arm64", "1.3.0")), BundleRefused::Arch(_)));
    assert!(matches!(refused(&maker.make("generic", "amd64", "1.2.3")), BundleRefused::Same(_)));
    assert!(matches!(refused(&maker.make("generic", "amd64", "1.2.2")), BundleRefused::Older(_)));
    assert!(matches!(
        refused(b"PK\x03\x04 something else entirely, and long enough"),
        BundleRefused::NotABundle
    ));
}

#[test]
fn cut_off_anywhere_it_is_refused() {
    let maker = Maker::new();
    let file = maker.make("generic", "amd64", "1.3.0");
    for end in 0..file.len() {
        let refused = read(&file[..end], &[maker.key]).unwrap_err();
        assert!(matches!(refused, BundleRefused::Truncated | BundleRefused::NotABundle), "{end}: {refused}");
    }
}

#[test]
fn a_single_changed_bit_is_refused_wherever_it_is() {
    let maker = Maker::new();
    let file = maker.make("generic", "amd64", "1.3.0");
    for at in 0..file.len() {
        let mut changed = file.clone();
        changed[at] ^= 1;
        assert!(read(&changed, &[maker.key]).is_err(), "byte {at}");
    }
}

proptest! {
    #[test]
    fn no_file_stops_the_box(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let file = [UPDATE.magic, &bytes].concat();
        prop_assert!(read(&file, &[[7; PUBLIC_KEY]]).is_err());
    }
}

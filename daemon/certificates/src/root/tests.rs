//! The box's certificates: who trusts them, how long they last, what they may say.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::pki_types::{ServerName, UnixTime};
use tempfile::TempDir;

use super::{CertificateFailed, Root};

const DAY: Duration = Duration::from_secs(86_400);

/// 2027-01-15T08:00:00Z.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Whether a browser that trusts this root accepts its leaf under this name at that time.
fn trusted(root: &Root, leaf: &rustls::sign::CertifiedKey, name: &str, at: SystemTime) -> bool {
    let mut roots = RootCertStore::empty();
    roots.add(root.der().to_vec().into()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let at = UnixTime::since_unix_epoch(at.duration_since(SystemTime::UNIX_EPOCH).unwrap());
    verifier.verify_server_cert(&leaf.cert[0], &leaf.cert[1..], &name, &[], at).is_ok()
}

#[test]
fn browsers_that_trust_the_root_accept_every_name_and_address_of_the_box() {
    let dir = TempDir::new().unwrap();
    let names =
        names(&["gatehouse", "gatehouse.local", "tel.example.test", "localhost", "192.168.7.2", "::1"]);
    let root = Root::open(dir.path(), &names, now()).unwrap();
    let leaf = root.leaf(&names, now()).unwrap();
    for name in &names {
        assert!(trusted(&root, &leaf, name, now()), "{name}");
    }
    assert!(!trusted(&root, &leaf, "other.local", now()));
    assert!(trusted(&root, &leaf, "localhost", now() + 89 * DAY));
    assert!(!trusted(&root, &leaf, "localhost", now() + 91 * DAY));
}

#[test]
fn a_stolen_root_vouches_for_nothing_outside_the_house() {
    let dir = TempDir::new().unwrap();
    let root = Root::open(dir.path(), &names(&["gatehouse"]), now()).unwrap();
    for (name, accepted) in
        [("bank.example", false), ("203.0.113.9", false), ("neu.fritz.box", true), ("10.1.2.3", true)]
    {
        let leaf = root.leaf(&names(&[name]), now()).unwrap();
        assert_eq!(trusted(&root, &leaf, name, now()), accepted, "{name}");
    }
}

#[test]
fn the_root_survives_and_the_leaf_is_renewed_in_time() {
    let dir = TempDir::new().unwrap();
    let names = names(&["gatehouse", "localhost"]);
    let first = Root::open(dir.path(), &names, now()).unwrap();
    let leaf = first.leaf(&names, now()).unwrap();

    let again = Root::open(dir.path(), &names, now() + 59 * DAY).unwrap();
    assert_eq!(again.fingerprint(), first.fingerprint());
    assert_eq!(again.leaf(&names, now() + 59 * DAY).unwrap().cert, leaf.cert);

    let renewed = again.leaf(&names, now() + 61 * DAY).unwrap();
    assert_ne!(renewed.cert, leaf.cert);
    assert!(trusted(&again, &renewed, "localhost", now() + 150 * DAY));

    let other =
        again.leaf(&[names.clone(), vec!["neu.local".to_owned()]].concat(), now() + 61 * DAY).unwrap();
    assert!(trusted(&again, &other, "neu.local", now() + 61 * DAY), "a new name needs a new leaf");
}

#[test]
fn a_clock_that_was_never_set_makes_certificates_that_work_later() {
    let dir = TempDir::new().unwrap();
    let names = names(&["localhost"]);
    let in_1970 = SystemTime::UNIX_EPOCH + Duration::from_secs(30);
    let root = Root::open(dir.path(), &names, in_1970).unwrap();
    root.leaf(&names, in_1970).unwrap();
    let leaf = root.leaf(&names, now()).unwrap();
    assert!(trusted(&root, &leaf, "localhost", now()));
}

#[test]
fn keys_are_for_the_daemon_alone() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("new/tls");
    let root = Root::open(&path, &names(&["localhost"]), now()).unwrap();
    root.leaf(&names(&["localhost"]), now()).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    assert_eq!(mode(&path.join("root.key")), 0o600);
    assert_eq!(mode(&path.join("leaf.json")), 0o600);
    assert_eq!(mode(&path.join("root.crt")), 0o644);
}

#[test]
fn what_is_damaged_is_named_and_never_replaced_in_silence() {
    let dir = TempDir::new().unwrap();
    let (none, names) = (names(&[]), names(&["localhost"]));
    let first = Root::open(dir.path(), &none, now()).unwrap();
    first.leaf(&names, now()).unwrap();

    // A leaf is worth nothing and made anew; the root is what browsers trust.
    std::fs::write(dir.path().join("leaf.json"), "{").unwrap();
    assert!(trusted(&first, &first.leaf(&names, now()).unwrap(), "localhost", now()));
    for file in ["root.crt", "root.key"] {
        let path = dir.path().join(file);
        let good = std::fs::read(&path).unwrap();
        std::fs::write(&path, "no certificate").unwrap();
        let failed = Root::open(dir.path(), &none, now()).unwrap_err();
        assert!(matches!(&failed, CertificateFailed::Damaged { path: named } if *named == path), "{failed}");
        std::fs::write(&path, good).unwrap();
    }
    std::fs::remove_file(dir.path().join("root.key")).unwrap();
    assert!(matches!(Root::open(dir.path(), &none, now()), Err(CertificateFailed::Damaged { .. })));
}

#[test]
fn a_name_that_is_none_is_refused() {
    let dir = TempDir::new().unwrap();
    for name in ["", "ein name", "-x", "a..b", "höhle", "x_y", "*.local"] {
        let refused = Root::open(dir.path(), &names(&[name]), now());
        assert!(matches!(refused, Err(CertificateFailed::Name { .. })), "{name}");
    }
}

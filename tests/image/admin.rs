//! The admin at a browser outside: signs in with what stands on the screen, asks the API, changes settings.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::Place;

use crate::machine::PATIENCE;

const PASSWORD: &str = "correct horse battery staple";
const PAGE: &str = "https://10.0.2.15:8443";

/// Somebody with a cookie jar.
#[derive(Debug)]
pub(crate) struct Admin {
    place: Place,
    folder: TempDir,
}

impl Admin {
    pub(crate) fn at(place: &Place) -> Self {
        Self { place: place.clone(), folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// What the page answers: status and body; `None` when it does not.
    pub(crate) fn asks(&self, path: &str, options: &[&str]) -> Option<(u16, String)> {
        let mut curl = self.place.command("curl");
        // QEMU takes who comes from the box's own address for the box itself.
        curl.args(["--interface", "127.0.0.1"]);
        curl.args(["-ksS", "-m", "60", "-w", "\n%{http_code}", "-H", "Sec-Fetch-Site: same-origin", "-b"]);
        curl.arg(self.jar()).args(options).arg(format!("{PAGE}{path}"));
        let out = curl.output().expect("curl runs");
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        let (body, status) = text.rsplit_once('\n').filter(|_| out.status.success())?;
        Some((status.parse().expect("a status is a number"), body.to_owned()))
    }

    /// The cookies. Written when the admin signs in and at no other time: curl empties the file before it fills it, which another
    /// question of the same moment would read.
    fn jar(&self) -> PathBuf {
        self.folder.path().join("cookies")
    }

    /// Asks until `pick` finds what it looks for. What is awaited is an event of a slow box, so there is no hurry.
    pub(crate) fn until<R>(&self, what: &str, path: &str, mut pick: impl FnMut(u16, &str) -> Option<R>) -> R {
        let end = Instant::now() + PATIENCE;
        loop {
            let answer = self.asks(path, &[]);
            if let Some(found) = answer.as_ref().and_then(|(status, body)| pick(*status, body)) {
                return found;
            }
            assert!(Instant::now() < end, "waited in vain for {what}; last: {answer:?}");
            std::thread::sleep(Duration::from_millis(250));
        }
    }

    /// Chooses a password with the code on the screen.
    pub(crate) fn sets_up(&self, code: &str) {
        let fields = [format!("code={code}"), format!("password={PASSWORD}"), format!("repeat={PASSWORD}")];
        let mut options: Vec<&str> = fields.iter().flat_map(|field| ["--data-urlencode", field]).collect();
        let jar = self.jar();
        options.extend(["-c", jar.to_str().expect("a plain path")]);
        let (status, body) = self.asks("/setup", &options).expect("the page answers");
        assert_eq!(status, 303, "the code lets in: {body}");
    }

    /// Chooses a file on the page of versions.
    pub(crate) fn uploads(&self, update: &Path) {
        let file = format!("file=@{}", update.display());
        let answer = self.asks("/updates", &["-m", &PATIENCE.as_secs().to_string(), "-F", &file]);
        assert_eq!(answer.as_ref().map(|(status, _)| *status), Some(303), "{answer:?}");
    }

    /// A part of the API.
    pub(crate) fn knows(&self, path: &str) -> Value {
        let (status, body) = self.asks(path, &[]).expect("the page answers");
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).expect("JSON")
    }

    /// Waits until the box mirrors the account's phones.
    pub(crate) fn sees_the_account(&self) {
        self.until("the account in the mirror", "/api/v1/phones", |_, body| {
            let told: Value = serde_json::from_str(body).ok()?;
            (!told["phones"].as_array()?.is_empty()).then_some(())
        });
    }

    /// Waits until these devices are shown as registered.
    pub(crate) fn sees_registered(&self, devices: &[&str]) {
        self.until(&format!("{devices:?} to be registered"), "/api/v1/phones", |_, body| {
            let told: Value = serde_json::from_str(body).ok()?;
            let phones = told["phones"].as_array()?;
            let is_there = |device: &&str| {
                phones.iter().any(|phone| phone["device"] == **device && phone["state"] == "registered")
            };
            devices.iter().all(is_there).then_some(())
        });
    }

    /// Adds a place; comes back with its name once the box says that it is kept, or with nothing when the box is gone.
    pub(crate) fn adds_place(&self, name: &str) -> Option<()> {
        let (_, body) = self.asks("/api/v1/locations", &[]).filter(|(status, _)| *status == 200)?;
        let told: Value = serde_json::from_str(&body).ok()?;
        let made_from = format!("If-Match: \"{}\"", told["revision"].as_u64()?);
        let change = json!({"act": "place", "place": {"kind": "site", "name": name}}).to_string();
        let options = ["-H", &made_from, "-H", "Content-Type: application/json", "-d", &change];
        let (status, body) = self.asks("/api/v1/locations/changes", &options)?;
        assert_eq!(status, 200, "{body}");
        Some(())
    }

    /// Names of all places.
    pub(crate) fn places(&self) -> Vec<String> {
        let told = self.knows("/api/v1/locations");
        let places = told["places"].as_array().expect("places");
        places.iter().map(|place| place["name"].as_str().expect("a name").to_owned()).collect()
    }

    /// How many calls the box itself remembers.
    pub(crate) fn past_calls(&self) -> usize {
        calls_in(&self.knows("/api/v1/history").to_string())
    }
}

/// How many calls in a history are of the box's own knowledge.
pub(crate) fn calls_in(history: &str) -> usize {
    let told: Value = serde_json::from_str(history).unwrap_or_default();
    let entries = told["entries"].as_array().cloned().unwrap_or_default();
    entries.iter().filter(|entry| entry["house"].is_string()).count()
}

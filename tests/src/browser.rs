//! A person at a browser: headless Chromium, told what to do over WebDriver (W3C) with curl.

use std::{
    fs,
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    Gatehouse, PATIENCE, Place, Program,
    loopback::free_port,
    program::{in_tree, run},
    until,
};

/// The key under which WebDriver hands out an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A quiet Chromium: no sandbox (it runs as root in CI), nothing fetched from its maker.
const SWITCHES: [&str; 12] = [
    "--headless",
    "--hide-scrollbars",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--lang=de",
    "--window-size=1200,1500",
];

/// Before the digest of a key that the browser trusts.
const TRUSTED: &str = "--ignore-certificate-errors-spki-list=";

/// How the person likes their screens.
#[derive(Debug, Clone, Copy, Eq, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Theme {
    Light,
    Dark,
}

/// An open browser window of 1200 x 1500.
#[derive(Debug)]
pub struct Browser {
    session: String,
    /// Where it runs, and where it is told what to do.
    place: Place,
    _driver: Program,
    _folder: TempDir,
}

impl Browser {
    /// Opens a browser that has never been used before and takes any certificate.
    #[must_use]
    pub fn start() -> Self {
        Self::at(Place::Here)
    }

    /// The same at another place.
    #[must_use]
    pub fn at(place: Place) -> Self {
        Self::start_with(place, &[])
    }

    /// The same at a machine without network but the loopback, and with a microphone that says what is in a WAV file, over
    /// and over.
    #[must_use]
    pub fn with_microphone(wav: &Path) -> Self {
        let voice = format!("--use-file-for-fake-audio-capture={}", wav.display());
        Self::start_with(
            Place::Here,
            &[
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                "--autoplay-policy=no-user-gesture-required",
                "--allow-loopback-in-peer-connection",
                &voice,
            ],
        )
    }

    /// The same in an office where this name leads to the box, whose certificate was installed: for what browsers do only
    /// where they see no reason to warn.
    #[must_use]
    pub fn that_trusts(house: &Gatehouse, name: &str) -> Self {
        Self::start_with(
            Place::Here,
            &[
                &format!("--host-resolver-rules=MAP {name} {}", house.address()),
                &format!("{TRUSTED}{}", house.fingerprint_of_key()),
            ],
        )
    }

    fn start_with(place: Place, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let mut command = place.command("chromedriver");
        command.arg(format!("--port={port}")).env("HOME", folder.path());
        let driver = Program::start("chromedriver", command, folder.path());
        let listens =
            || place.command("curl").args(["-s", &format!("http://127.0.0.1:{port}/status")]).output();
        until("chromedriver", || listens().ok().filter(|answer| answer.status.success()));
        let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
        let switches: Vec<&str> =
            SWITCHES.into_iter().chain([profile.as_str()]).chain(more.iter().copied()).collect();
        let wishes = json!({"capabilities": {"alwaysMatch": {
            "acceptInsecureCerts": !more.iter().any(|switch| switch.starts_with(TRUSTED)),
            "goog:chromeOptions": {"binary": "/usr/bin/chromium", "args": switches},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let sessions = format!("http://127.0.0.1:{port}/session");
        let answer = ask(&place, "POST", &sessions, Some(&wishes));
        let id = answer["sessionId"].as_str().unwrap_or_else(|| panic!("no window: {answer}"));
        Self { session: format!("{sessions}/{id}"), place, _driver: driver, _folder: folder }
    }

    /// Opens an address.
    pub fn opens(&self, url: &str) {
        self.post("/url", &json!({"url": url}));
    }

    /// Types into the first field that fits a CSS selector.
    pub fn types(&self, field: &str, text: &str) {
        let element = self.element(field);
        self.post(&format!("/element/{element}/value"), &json!({"text": text}));
    }

    /// Clicks on the first thing that fits a CSS selector. A page that keeps itself up to date may have put another one in
    /// its place meanwhile, which is clicked on then.
    pub fn clicks(&self, what: &str) {
        until(&format!("a click on {what}"), || {
            let element = self.element(what);
            let answer = self.post(&format!("/element/{element}/click"), &json!({}));
            match answer["error"].as_str() {
                Some("stale element reference") => None,
                Some(error) => panic!("no click on {what}: {error}: {}", answer["message"]),
                None => Some(()),
            }
        });
    }

    /// Presses the mouse on the first thing that fits a CSS selector, and holds it.
    pub fn presses(&self, what: &str) {
        let there = json!({"type": "pointerMove", "duration": 0, "x": 0, "y": 0, "origin": {ELEMENT: self.element(what)}});
        self.moves_the_mouse(&json!([there, {"type": "pointerDown", "button": 0}]));
    }

    /// Lets go of the mouse.
    pub fn lets_go(&self) {
        self.moves_the_mouse(&json!([{"type": "pointerUp", "button": 0}]));
    }

    fn moves_the_mouse(&self, how: &Value) {
        let answer =
            self.post("/actions", &json!({"actions": [{"type": "pointer", "id": "mouse", "actions": how}]}));
        assert!(answer.is_null(), "the mouse: {answer}");
    }

    /// Puts a device into it that keeps passkeys and knows the person's finger.
    pub fn gets_a_device(&self) {
        let device = json!({"protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserConsenting": true, "isUserVerified": true});
        let made = self.post("/webauthn/authenticator", &device);
        assert!(made.is_string(), "a device for passkeys: {made}");
    }

    /// Waits until `text` can be read on the page.
    pub fn shows(&self, text: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            let page = self.text();
            if page.contains(text) {
                return;
            }
            assert!(Instant::now() < end, "{text:?} is not on the page:\n{page}\n{:?}", self.complaints());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What can be read on the page.
    #[must_use]
    pub fn text(&self) -> String {
        let script = json!({"script": "return document.body.innerText", "args": []});
        self.post("/execute/sync", &script).as_str().unwrap_or_default().to_owned()
    }

    /// What the browser complained about: scripts refused, resources missing.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        let log = self.post("/se/log", &json!({"type": "browser"}));
        let entries = log.as_array().into_iter().flatten();
        entries.filter(|entry| entry["level"] == "SEVERE").map(|entry| entry["message"].to_string()).collect()
    }

    /// Looks on through a screen of another width, in daylight or at night.
    pub fn looks(&self, width: u32, theme: Theme) {
        let screen = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", &screen);
        let scheme = match theme {
            Theme::Light => "light",
            Theme::Dark => "dark",
        };
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}]);
        self.devtools("Emulation.setEmulatedMedia", &json!({"features": features}));
    }

    /// Whether pages may run scripts from now on; what looks at them may only while they may.
    pub fn runs_scripts(&self, may: bool) {
        self.devtools("Emulation.setScriptExecutionDisabled", &json!({"value": !may}));
    }

    /// Runs a script on the page and waits for what it promises.
    #[must_use]
    pub fn asks(&self, script: &str) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1]; (async () => {{ {script} }})().then(done, (fault) => done(String(fault)))"
        );
        self.post("/execute/async", &json!({"script": script, "args": []}))
    }

    /// Runs a script on the page and returns what it returns.
    #[must_use]
    pub fn evaluates(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// What axe-core holds against the page (WCAG 2.2 AA and good practice): one line for each.
    ///
    /// # Panics
    /// When the tool is not installed (`tests/install`) or does not run.
    #[must_use]
    pub fn is_held_against_it(&self) -> Vec<String> {
        let tool = fs::read_to_string(in_tree("web/node_modules/axe-core/axe.min.js")).expect("axe-core");
        // In one go: a page that loads itself anew in between would have forgotten the tool.
        let run = "const done = arguments[arguments.length - 1]; axe.run(document).then((found) => \
            done(found.violations.map((it) => it.id + ': ' + it.nodes.map((node) => node.html).join(' | '))))";
        let script = format!("{tool}\n{run}");
        let found = self.post("/execute/async", &json!({"script": script, "args": []}));
        let found = found.as_array().unwrap_or_else(|| panic!("axe says {found}"));
        found.iter().map(ToString::to_string).collect()
    }

    /// Saves a picture of the whole page, however long it is.
    pub fn takes_a_long_picture(&self, path: &Path) {
        let wishes = json!({"format": "png", "captureBeyondViewport": true});
        let answer = self.devtools("Page.captureScreenshot", &wishes);
        let picture =
            STANDARD.decode(answer["data"].as_str().unwrap_or_default()).expect("a picture in base64");
        fs::write(path, picture).expect("the picture can be kept");
    }

    /// The page as a printer would get it: a PDF.
    #[must_use]
    pub fn prints(&self) -> Vec<u8> {
        let answer = self.devtools("Page.printToPDF", &json!({"printBackground": true}));
        STANDARD.decode(answer["data"].as_str().unwrap_or_default()).expect("a PDF in base64")
    }

    /// How many things that fit a CSS selector would be on the paper.
    #[must_use]
    pub fn seen_on_paper(&self, what: &str) -> Value {
        self.devtools("Emulation.setEmulatedMedia", &json!({"media": "print"}));
        let script = format!(
            "return [...document.querySelectorAll({what:?})].filter((it) => it.checkVisibility()).length"
        );
        let seen = self.evaluates(&script);
        self.devtools("Emulation.setEmulatedMedia", &json!({"media": ""}));
        seen
    }

    fn devtools(&self, command: &str, wishes: &Value) -> Value {
        self.post("/goog/cdp/execute", &json!({"cmd": command, "params": wishes}))
    }

    /// Saves a picture of the window.
    pub fn takes_a_picture(&self, path: &Path) {
        let answer = ask(&self.place, "GET", &format!("{}/screenshot", self.session), None);
        let picture = STANDARD.decode(answer.as_str().unwrap_or_default()).expect("a picture in base64");
        assert!(picture.starts_with(b"\x89PNG"), "a picture");
        fs::write(path, picture).expect("the picture can be kept");
    }

    fn element(&self, selector: &str) -> String {
        let found = self.post("/element", &json!({"using": "css selector", "value": selector}));
        found[ELEMENT]
            .as_str()
            .unwrap_or_else(|| panic!("no {selector}: {found}\n{}", self.text()))
            .to_owned()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        ask(&self.place, "POST", &format!("{}{path}", self.session), Some(body))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.place.command("curl").args(["-s", "-m", "10", "-X", "DELETE", &self.session]).output();
    }
}

fn ask(place: &Place, method: &str, url: &str, body: Option<&Value>) -> Value {
    let mut curl = place.command("curl");
    curl.args(["-sS", "-m", "60", "-X", method, url]);
    // In a file: a command line holds no more than 128 KiB, and axe-core is larger.
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    if let Some(body) = body {
        file.write_all(body.to_string().as_bytes()).expect("room for a question");
        let data = format!("@{}", file.path().display());
        curl.args(["-H", "Content-Type: application/json", "--data-binary", &data]);
    }
    let answer: Value = serde_json::from_str(&run(curl)).expect("WebDriver speaks JSON");
    answer["value"].clone()
}

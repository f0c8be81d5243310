//! A telephone in a page: JsSIP in Chromium, with a voice of its own (one tone) in place of a microphone.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Browser, Gatehouse, Login, program::in_tree, tone, until};

/// The script that plays the person at the page, and the one that lets modules of Node find each other.
const DESK: &str = include_str!("softphone.js");

/// Decibels below which a tone is not what a phone says at half of full level.
const AUDIBLE: f64 = -30.0;

/// An open page that is logged in.
#[derive(Debug)]
pub struct Softphone {
    browser: Browser,
    _folder: TempDir,
}

/// What a page has received of a call.
#[derive(Debug, Clone, Copy)]
pub struct Received {
    /// Packets of voice.
    pub packets: u64,
    /// Those that never came.
    pub lost: u64,
    /// The loudest tone in hertz, over half a second.
    pub tone: f64,
    /// Its level in decibels; full scale is about -7.
    pub level: f64,
}

impl Softphone {
    /// Opens a page of the box's host and logs in over the WebSocket at `server`; it says `voice`, one of [`tone::TONES`].
    /// It is no page of the box itself: those may use no microphone.
    #[must_use]
    pub fn open(house: &Gatehouse, server: SocketAddr, login: &Login, voice: u32) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let wav = folder.path().join("voice.wav");
        tone::write_wav(&wav, &tone::sine(voice, 60));
        let browser = Browser::with_microphone(&wav);
        let listener = TcpListener::bind((house.address(), 0)).expect("a port for a page");
        let page = format!("http://{}/", listener.local_addr().expect("a bound port"));
        let serving = thread::spawn(move || serve(&listener));
        browser.opens(&page);
        serving.join().expect("the page is read");
        let _ = browser.evaluates(&jssip());
        let login =
            json!({"server": format!("wss://{server}/"), "user": login.user, "password": login.password});
        let _ = browser.evaluates(&format!("{DESK}\nwindow.desk = new Desk({login});"));
        let phone = Self { browser, _folder: folder };
        phone.is("registered");
        phone
    }

    /// Calls somebody.
    pub fn dials(&self, number: &str) {
        let _ = self.browser.evaluates(&format!("desk.dial({})", json!(number)));
    }

    /// Waits until it rings, and picks up.
    pub fn answers(&self) {
        self.is("ringing");
        let _ = self.browser.evaluates("desk.answer()");
    }

    /// Waits until somebody is there.
    pub fn talks(&self) {
        self.is("talking");
    }

    /// Presses a key.
    pub fn presses(&self, key: char) {
        let _ = self.browser.evaluates(&format!("desk.press({})", json!(key.to_string())));
    }

    /// Puts the other one on hold, or takes it off.
    pub fn holds(&self, on: bool) {
        let _ = self.browser.evaluates(&format!("desk.hold({on})"));
        self.is(if on { "holding" } else { "talking" });
    }

    /// Hangs up.
    pub fn hangs_up(&self) {
        let _ = self.browser.evaluates("desk.hang_up()");
    }

    /// Waits until the call is over.
    pub fn call_ends(&self) {
        self.is("over");
    }

    /// What it has received so far.
    #[must_use]
    pub fn received(&self) -> Received {
        let told = self.browser.asks("return desk.received()");
        let whole = |name: &str| told[name].as_u64().unwrap_or_default();
        let number = |name: &str| told[name].as_f64().unwrap_or_default();
        Received {
            packets: whole("packets"),
            lost: whole("lost"),
            tone: number("tone"),
            level: number("level"),
        }
    }

    /// Waits until it hears this tone, louder than any other, for a while.
    ///
    /// # Panics
    /// When it does not.
    pub fn hears(&self, hertz: u32, packets: u64) -> Received {
        let is_it =
            |received: &Received| (received.tone - f64::from(hertz)).abs() < 30.0 && received.level > AUDIBLE;
        let before = until(&format!("a page to hear {hertz} Hz"), || Some(self.received()).filter(is_it));
        let after = until("more of it", || {
            Some(self.received()).filter(|now| now.packets >= before.packets + packets)
        });
        assert!(is_it(&after), "{before:?} {after:?}");
        after
    }

    /// Everything that its page has to say of itself, for those who look for a fault.
    #[must_use]
    pub fn tells(&self) -> Value {
        self.browser.evaluates("return desk.log")
    }

    fn is(&self, state: &str) {
        let begun = Instant::now();
        until(&format!("a page to be {state}"), || {
            let is = self.browser.evaluates("return desk.state") == state;
            if !is && begun.elapsed() > Duration::from_secs(8) {
                eprintln!("{}", self.tells());
            }
            is.then_some(())
        });
    }
}

/// An empty page, once.
fn serve(listener: &TcpListener) {
    let (mut reader, _) = listener.accept().expect("somebody reads the page");
    let _ = reader.read(&mut [0; 4096]);
    let page = "<!doctype html><title>telephone</title>";
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close",
        page.len()
    );
    reader.write_all(format!("{head}\r\n\r\n{page}").as_bytes()).expect("the page is sent");
}

/// JsSIP with all it needs, as one script for pages.
fn jssip() -> String {
    let modules = in_tree("web/node_modules");
    let mut files = Vec::new();
    collect(&modules.join("jssip/lib"), &mut files);
    for one in ["events/events.js", "debug/src/browser.js", "debug/src/common.js", "ms/index.js"] {
        files.push(modules.join(one));
    }
    collect(&modules.join("sdp-transform/lib"), &mut files);
    let read = |path: &Path| fs::read_to_string(path).expect("JsSIP, installed by tests/install");
    let name = |path: &Path| {
        let name = path.strip_prefix(&modules).expect("below").with_extension("");
        json!(name.to_string_lossy())
    };
    let parts = files
        .iter()
        .map(|path| format!("{}: (require, module, exports) => {{{}\n}},\n", name(path), read(path)))
        .collect::<String>();
    let package = read(&modules.join("jssip/package.json"));
    format!(
        "const files = {{{parts}\"jssip/package.json\": (require, module) => {{ module.exports = {package}; }} }};\n\
         const mains = {{events: 'events/events', debug: 'debug/src/browser', ms: 'ms/index', \
         'sdp-transform': 'sdp-transform/lib/index'}};\n\
         const cache = {{}};\n\
         const load = (name) => {{ if (!cache[name]) {{ cache[name] = {{exports: {{}}}}; \
         const find = (wish) => load(wish.startsWith('.') ? new URL(wish, 'x:/' + name).pathname.slice(1) : mains[wish]); \
         files[name](find, cache[name], cache[name].exports); }} return cache[name].exports; }};\n\
         window.process = {{env: {{}}}};\n\
         window.JsSIP = load('jssip/lib/JsSIP');"
    )
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("JsSIP, installed by tests/install") {
        let path = entry.expect("a folder that can be read").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|kind| kind == "js") {
            files.push(path);
        }
    }
}

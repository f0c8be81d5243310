//! The front panel's controller, at the box's second serial port (docs/BOARD.md): it does what it is told, and somebody can press its button.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::machine::PATIENCE;

/// Longer than the ten seconds after which the box forgets everything; an emulated one is slower than this clock.
const HELD: Duration = Duration::from_secs(30);

type Told = Arc<Mutex<BTreeMap<String, String>>>;

/// One controller, as long as the box is on.
#[derive(Debug)]
pub(crate) struct Panel {
    line: UnixStream,
    /// What each light, and the contact, was told last.
    told: Told,
}

impl Panel {
    /// Connects the serial line that the emulator offers there.
    pub(crate) fn at(socket: &Path) -> Self {
        let end = Instant::now() + PATIENCE;
        let line = loop {
            match UnixStream::connect(socket) {
                Ok(line) => break line,
                Err(fault) => assert!(Instant::now() < end, "no second serial port: {fault}"),
            }
            sleep(Duration::from_millis(100));
        };
        let told = Told::default();
        let this = Self { line, told: Arc::clone(&told) };
        let [from, mut to] = [(), ()].map(|()| this.line.try_clone().expect("a socket can be cloned"));
        std::thread::spawn(move || {
            let orders = BufReader::new(from).split(b'\n').map_while(Result::ok);
            let answers = orders.filter_map(|order| obeys(&String::from_utf8_lossy(&order), &told));
            // Until the box is off.
            answers.map(|answer| say(&mut to, answer)).take_while(Result::is_ok).for_each(drop);
        });
        this
    }

    /// Waits until a light, or the contact, is like this.
    pub(crate) fn shows(&self, light: &str, state: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            let told = self.told.lock().expect("nobody fails").clone();
            if told.get(light).is_some_and(|now| now == state) {
                return;
            }
            assert!(Instant::now() < end, "{light} is not {state}: {told:?}");
            sleep(Duration::from_millis(100));
        }
    }

    /// Somebody holds the button for as long as it takes to be sure.
    pub(crate) fn holds_the_button(&mut self) {
        say(&mut self.line, "BUTTON down").expect("the box listens");
        sleep(HELD);
        // A box that has gone down meanwhile hears no more.
        let _ = say(&mut self.line, "BUTTON up");
    }
}

impl Drop for Panel {
    fn drop(&mut self) {
        // Whoever reads holds it open otherwise, and nobody else could be connected.
        let _ = self.line.shutdown(Shutdown::Both);
    }
}

/// Does what it is told; what it says then, which is nothing when it could not understand.
fn obeys(order: &str, told: &Told) -> Option<&'static str> {
    let (words, _) = order.trim().rsplit_once('*').filter(|(words, check)| *check == checked(words))?;
    let (what, state) = match words.split_once(' ') {
        Some(("HELLO", _)) => return Some("PANEL 1 7"),
        Some(("LIGHT", light)) => light.split_once(' ')?,
        Some(("RELAY", state)) => ("contact", state),
        _ => return Some("OK"),
    };
    told.lock().expect("nobody fails").insert(what.to_owned(), state.to_owned());
    Some("OK")
}

fn say(line: &mut UnixStream, words: &str) -> std::io::Result<()> {
    write!(line, "{words}*{}\r\n", checked(words))
}

/// CRC-16/XMODEM in hexadecimal digits.
fn checked(words: &str) -> String {
    let step = |crc: u16, _| if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 };
    let sum = words.bytes().fold(0, |crc, byte| (0..8).fold(crc ^ u16::from(byte) << 8, step));
    format!("{sum:04X}")
}

//! `appliance`: what the box does around the telephone system. Each word is one unit in `systemd/`.
//!
//! ```text
//!   mend     makes the data partition fit for use, before it is mounted
//!   arrive   reads the drop zone, before the network starts      linked   forgets the token of the drop zone once it is kept
//!   screen   shows address and set-up code for ever              update   installs a new version from drop zone or page
//!   network  tries where the page wants the box to stand in the network
//!   healthy  decides whether a new version stays             panel    serves the front panel, where there is one
//!   condition  looks at disks, warmth and memory, once, for the page
//!   serial   finds modems and receivers when they are plugged in, and listens to a receiver
//!   trouble  instead of a shell nobody can use: what is broken, and what to do
//! ```

mod arrival;
#[cfg(test)]
mod bench;
mod condition;
mod console;
mod gate;
mod mend;
mod panel;
mod place;
mod renewal;
mod report;
mod serial;
mod standing;

use std::path::Path;
use std::process::ExitCode;

use place::Place;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // A box in a folder, as systemd's own programs have it.
    let (place, word) = match words.as_slice() {
        ["--root", folder, rest @ ..] => (Place::below(Path::new(folder)), rest.first()),
        words => (Place::here(), words.first()),
    };
    let place = &place;
    match word.copied() {
        Some("mend") => mend::mend(place),
        Some("arrive") => arrival::arrive(place),
        Some("linked") => arrival::linked(place),
        Some("screen") => console::show_for_ever(place),
        Some("healthy") => gate::healthy(place),
        Some("update") => renewal::update(place),
        Some("network") => standing::change(place, standing::Term::PROMISED),
        Some("panel") => panel::serve(place),
        Some("condition") => condition::write_down(place),
        Some("serial") => serial::attend(place),
        Some("trouble") => console::trouble(place),
        _ => {
            place.say("appliance [--root FOLDER] mend | arrive | linked | screen | healthy | update | network | panel | condition | serial | trouble");
            ExitCode::from(64)
        }
    }
}

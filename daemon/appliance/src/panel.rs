//! The front panel, where the box has one: its lights say how the box is doing, its button makes the box forget everything, and its
//! contact raises the alarm while somebody calls for help.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use board::panel::{Contact, Event, Look, Panel, Shine};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use serde_json::Value;

use crate::place::{Place, keep};

/// Where udev puts the panel (`image/skeleton/usr/lib/udev/rules.d`).
const PORT: &str = "dev/gatehouse-panel";
/// How soon the lights follow.
const ROUND: Duration = Duration::from_secs(2);

/// Serves the panel until it is unplugged or the box starts anew.
pub(crate) fn serve(place: &Place) -> ExitCode {
    match board::open(&place.at(PORT)).and_then(|port| attend(place, port)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            place.say(&format!("gatehouse: front panel: {fault}"));
            ExitCode::FAILURE
        }
    }
}

/// Comes back once the button was held.
fn attend(place: &Place, mut port: File) -> std::io::Result<()> {
    let mut panel = Panel::new(Instant::now());
    let mut next_look = Instant::now();
    loop {
        let now = Instant::now();
        if now >= next_look {
            panel.wants(look(place));
            next_look = now + ROUND;
        }
        panel.handle_timeout(now);
        while let Some(event) = panel.poll_event() {
            if event == Event::Held {
                return forget_everything(place);
            }
        }
        while let Some(order) = panel.poll_output(now) {
            // A line that is full loses the order, and it is given again.
            port.write_all(order.as_bytes()).or_else(|fault| later(&fault).ok_or(fault).map(drop))?;
        }
        let deadline = panel.next_deadline().min(next_look);
        let patience = PollTimeout::try_from(deadline.saturating_duration_since(Instant::now()));
        poll(&mut [PollFd::new(port.as_fd(), PollFlags::POLLIN)], patience.unwrap_or(PollTimeout::ZERO))?;
        let mut bytes = [0; 256];
        match port.read(&mut bytes) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(length) => panel.handle(Instant::now(), bytes.get(..length).unwrap_or_default()),
            Err(fault) => later(&fault).ok_or(fault)?,
        }
    }
}

/// Nothing to read, or no room to write, for now.
fn later(fault: &std::io::Error) -> Option<()> {
    (fault.kind() == ErrorKind::WouldBlock).then_some(())
}

/// The same wish as an installer's, and the same way: the drop zone is read before anything else.
fn forget_everything(place: &Place) -> std::io::Result<()> {
    place.say("gatehouse: front panel: the button was held; the box forgets everything");
    keep(&place.drop_zone().join("factory-reset"), b"by the button\r\n")?;
    place.command("systemctl", ["reboot"]).status().map(drop)
}

/// How the box is doing; a telephone system that does not answer is a fault.
fn look(place: &Place) -> Look {
    let answer = place.ask("/api/v1/status").ok().filter(|(status, _)| *status == 200);
    let status = answer.and_then(|(_, text)| serde_json::from_str::<Value>(&text).ok());
    let silent = Look { power: Shine::On, fault: Shine::On, ..Look::default() };
    status.map_or(silent, |status| shown(&status))
}

fn shown(status: &Value) -> Look {
    let number = |name: &str| status.get(name).and_then(Value::as_u64).unwrap_or(0);
    let notices = status.get("notices").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let is = |notice: &Value, key: &str, word: &str| notice.get(key).and_then(Value::as_str) == Some(word);
    let any = |severity: &str| notices.iter().any(|notice| is(notice, "severity", severity));
    // The only fault at a phone that is as bad as can be: somebody calls for help.
    let help = notices.iter().any(|notice| is(notice, "severity", "fault") && is(notice, "fault", "phone"));
    Look {
        power: Shine::On,
        line: match (number("lines_up"), number("lines_total")) {
            (_, 0) => Shine::Off,
            (0, _) => Shine::Blink,
            _ => Shine::On,
        },
        call: if number("calls_active") > 0 { Shine::On } else { Shine::Off },
        fault: if any("fault") {
            Shine::On
        } else if any("warning") {
            Shine::Blink
        } else {
            Shine::Off
        },
        contact: if help { Contact::Closed } else { Contact::Open },
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::os::unix::fs::symlink;

    use board::panel::{Contact, Look, Shine};
    use nix::pty::openpty;
    use serde_json::json;

    use super::{PORT, serve, shown};
    use crate::bench::Bench;

    #[test]
    fn the_lights_say_how_the_box_is_doing() {
        let quiet = json!({"lines_up": 2, "lines_total": 3, "calls_active": 0, "notices": []});
        let expected = Look { power: Shine::On, line: Shine::On, ..Look::default() };
        assert_eq!(shown(&quiet), expected);
        let busy = json!({"lines_up": 0, "lines_total": 3, "calls_active": 1,
            "notices": [{"severity": "warning", "fault": "cloud"}]});
        let look = shown(&busy);
        assert_eq!((look.line, look.call, look.fault), (Shine::Blink, Shine::On, Shine::Blink));
        assert_eq!(look.contact, Contact::Open);
    }

    #[test]
    fn the_contact_is_closed_while_somebody_calls_for_help() {
        let notices = |fault: &str| json!({"notices": [{"severity": "fault", "fault": fault}]});
        assert_eq!(shown(&notices("phone")).contact, Contact::Closed);
        let broken = shown(&notices("box"));
        assert_eq!((broken.contact, broken.fault), (Contact::Open, Shine::On));
    }

    /// A panel on the other end of a pty: greets, takes every order, and holds its button down.
    #[test]
    fn a_held_button_makes_the_box_forget_everything() {
        let bench = Bench::new("1.0.0");
        bench.program("systemctl", "echo \"$@\" >>\"$0.log\"");
        let pair = openpty(None, None).unwrap();
        let path =
            fs::read_link(format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&pair.slave))).unwrap();
        symlink(path, bench.place().at(PORT)).unwrap();
        let panel = std::thread::spawn(move || plays_panel(File::from(pair.master)));
        let _ = serve(bench.place());
        drop(pair.slave);
        assert!(bench.place().drop_zone().join("factory-reset").exists());
        assert!(bench.screen().contains("the button was held"));
        drop(bench);
        let heard = panel.join().unwrap();
        assert!(heard.iter().any(|order| order.starts_with("LIGHT fault on")), "nobody answers: {heard:?}");
    }

    /// What it was told, until the button has been held long enough.
    fn plays_panel(mut line: File) -> Vec<String> {
        let said = |words: &str| format!("{words}*{:04X}\r\n", sum(words));
        let mut heard = Vec::new();
        let mut orders = BufReader::new(line.try_clone().unwrap()).lines();
        while let Some(Ok(order)) = orders.next() {
            let answer = if order.starts_with("HELLO") { "PANEL 1 7" } else { "OK" };
            if line.write_all(said(answer).as_bytes()).is_err() {
                break;
            }
            if order.starts_with("RELAY") && heard.iter().all(|one: &String| !one.starts_with("RELAY")) {
                line.write_all(said("BUTTON down").as_bytes()).unwrap();
            }
            heard.push(order);
        }
        heard
    }

    /// CRC-16/XMODEM, as a panel works it out.
    fn sum(words: &str) -> u16 {
        let shifted = |sum: u16, _| (sum << 1) ^ ((sum >> 15) * 0x1021);
        words.bytes().fold(0, |sum, byte| (0..8).fold(sum ^ (u16::from(byte) << 8), shifted))
    }
}

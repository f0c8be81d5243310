//! What is plugged in: modems and receivers on USB are found by what udev knows of them, and a receiver of satellites is listened to. All
//! of it is written down for the page; nothing is told to any of them.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::AsFd as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use board::nmea::Receiver;
use board::serial::{self, Device, KNOWN, Kind, Plugged};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};

use crate::place::{Place, keep};

/// The file, gone when the power is; the telephone system finds it below `/var/lib/appliance/now`.
const FILE: &str = "serial.json";
/// What a receiver says is written down this often, and plugs are looked at where udev tells of none.
const ROUND: Duration = Duration::from_secs(10);

/// For ever.
pub(crate) fn attend(place: &Place) -> ExitCode {
    let mut attendant = Attendant::new(place);
    loop {
        if let Err(fault) = attendant.step() {
            place.say(&format!("gatehouse: serial devices: {fault}"));
            return ExitCode::FAILURE;
        }
    }
}

struct Attendant<'p> {
    place: &'p Place,
    /// Of what udev knows; nothing as long as udev does not run.
    changes: Option<Inotify>,
    listening: Option<Listening>,
    devices: Vec<Device>,
    next_round: Instant,
    written: Option<Plugged>,
}

/// A receiver at its port.
struct Listening {
    name: String,
    port: File,
    receiver: Receiver,
}

impl<'p> Attendant<'p> {
    fn new(place: &'p Place) -> Self {
        let now = Instant::now();
        Self { place, changes: None, listening: None, devices: Vec::new(), next_round: now, written: None }
    }

    /// Waits until something is plugged in or out, a receiver says something or a round is over.
    fn step(&mut self) -> io::Result<()> {
        if Instant::now() >= self.next_round {
            self.look()?;
        }
        let patience = PollTimeout::try_from(self.next_round.saturating_duration_since(Instant::now()));
        let changes = self.changes.as_ref().map(|changes| PollFd::new(changes.as_fd(), PollFlags::POLLIN));
        let port = self.listening.as_ref().map(|it| PollFd::new(it.port.as_fd(), PollFlags::POLLIN));
        let mut waiting: Vec<PollFd<'_>> = changes.into_iter().chain(port).collect();
        poll(&mut waiting, patience.unwrap_or(PollTimeout::ZERO))?;
        drop(waiting);
        if self.has_changed()? {
            self.look()?;
        }
        self.listen()
    }

    /// Looks what is plugged in, and opens the first receiver if it is another one.
    fn look(&mut self) -> io::Result<()> {
        self.next_round = Instant::now() + ROUND;
        if self.changes.is_none() {
            self.changes = watching(self.place).ok();
        }
        self.devices = serial::look(&self.place.at(""));
        let receiver = self.devices.iter().find(|device| device.kind == Kind::Satellites);
        let name = receiver.and_then(|device| device.ports.first()).map(|port| port.name.clone());
        if self.listening.as_ref().map(|it| &it.name) != name.as_ref() {
            let open = |name: String| {
                // Gone again, or not there yet: the next round tries again.
                let port = board::open(&self.place.at("dev").join(&name)).ok()?;
                Some(Listening { name, port, receiver: Receiver::default() })
            };
            self.listening = name.and_then(open);
        }
        self.write_down()
    }

    /// Takes what inotify has to say; what it was does not matter.
    fn has_changed(&self) -> io::Result<bool> {
        match self.changes.as_ref().map(Inotify::read_events) {
            Some(Ok(events)) => Ok(!events.is_empty()),
            None | Some(Err(Errno::EAGAIN)) => Ok(false),
            Some(Err(fault)) => Err(fault.into()),
        }
    }

    fn listen(&mut self) -> io::Result<()> {
        let Some(Listening { port, receiver, .. }) = &mut self.listening else { return Ok(()) };
        let before = receiver.says(Instant::now());
        let mut bytes = [0; 512];
        match port.read(&mut bytes) {
            Ok(length @ 1..) => receiver.handle(Instant::now(), bytes.get(..length).unwrap_or_default()),
            Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            // It was pulled out.
            Ok(_) | Err(_) => {
                self.listening = None;
                return self.write_down();
            }
        }
        // The clock ticks each second, and need not be written down each time.
        let now = receiver.says(Instant::now());
        let is_news =
            (before.moment.is_some(), before.place.is_some()) != (now.moment.is_some(), now.place.is_some());
        if is_news { self.write_down() } else { Ok(()) }
    }

    fn write_down(&mut self) -> io::Result<()> {
        let receiver = self.listening.as_ref().map(|it| it.receiver.says(Instant::now()));
        let seen = Plugged { devices: self.devices.clone(), receiver };
        if self.written.as_ref() == Some(&seen) {
            return Ok(());
        }
        keep(&self.place.seen().join(FILE), &serde_json::to_vec(&seen)?)?;
        self.written = Some(seen);
        Ok(())
    }
}

/// udev writes a file beside and renames it; it removes the file of what is gone.
fn watching(place: &Place) -> nix::Result<Inotify> {
    let changes = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC)?;
    let what = AddWatchFlags::IN_MOVED_TO | AddWatchFlags::IN_CLOSE_WRITE | AddWatchFlags::IN_DELETE;
    changes.add_watch(&place.at(KNOWN), what)?;
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::io::Write as _;
    use std::os::fd::AsRawFd as _;
    use std::os::unix::fs::symlink;

    use board::serial::{KNOWN, Kind, Plugged};
    use nix::pty::{OpenptyResult, openpty};

    use super::{Attendant, FILE};
    use crate::bench::Bench;
    use crate::place::Place;

    fn plug(place: &Place, name: &str, numbers: &str, (vendor, model): (&str, &str)) {
        let class = place.at("sys/class/tty").join(name);
        fs::create_dir_all(&class).unwrap();
        fs::write(class.join("dev"), numbers).unwrap();
        let text = format!(
            "E:ID_VENDOR_ID={vendor}\nE:ID_MODEL_ID={model}\nE:ID_USB_INTERFACE_NUM=00\nE:ID_PATH=usb-{name}:1.0\n"
        );
        let known = place.at(KNOWN);
        fs::write(known.join(".#new"), text).unwrap();
        fs::rename(known.join(".#new"), known.join(format!("c{numbers}"))).unwrap();
    }

    fn unplug(place: &Place, name: &str, numbers: &str) {
        fs::remove_dir_all(place.at("sys/class/tty").join(name)).unwrap();
        fs::remove_file(place.at(KNOWN).join(format!("c{numbers}"))).unwrap();
    }

    fn written(place: &Place) -> Plugged {
        serde_json::from_slice(&fs::read(place.seen().join(FILE)).unwrap()).unwrap()
    }

    /// Steps until it is so; each step waits for something to happen.
    fn until(attendant: &mut Attendant<'_>, is: impl Fn(&Plugged) -> bool) -> Plugged {
        loop {
            attendant.step().unwrap();
            let seen = written(attendant.place);
            if is(&seen) {
                return seen;
            }
        }
    }

    fn bench() -> Bench {
        let bench = Bench::new("1.0.0");
        fs::create_dir_all(bench.place().at(KNOWN)).unwrap();
        bench
    }

    #[test]
    fn a_modem_is_noticed_when_it_comes_and_when_it_goes() {
        let bench = bench();
        let place = bench.place();
        let mut attendant = Attendant::new(place);
        attendant.look().unwrap();
        assert_eq!(written(place), Plugged::default());
        plug(place, "ttyACM0", "166:0", ("0572", "1340"));
        let seen = until(&mut attendant, |seen| !seen.devices.is_empty());
        assert_eq!((seen.devices[0].kind, seen.receiver), (Kind::Fax, None));
        unplug(place, "ttyACM0", "166:0");
        until(&mut attendant, |seen| seen.devices.is_empty());
    }

    #[test]
    fn a_receiver_is_listened_to_until_it_is_pulled_out() {
        let bench = bench();
        let place = bench.place();
        let OpenptyResult { master, slave } = openpty(None, None).unwrap();
        let path = fs::read_link(format!("/proc/self/fd/{}", slave.as_raw_fd())).unwrap();
        symlink(path, place.at("dev/ttyACM0")).unwrap();
        plug(place, "ttyACM0", "166:0", ("1546", "01a8"));
        let mut attendant = Attendant::new(place);
        attendant.look().unwrap();
        assert!(written(place).receiver.unwrap().place.is_none(), "it has said nothing yet");
        let mut master = File::from(master);
        master.write_all(b"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n").unwrap();
        let seen = until(&mut attendant, |seen| seen.receiver.is_some_and(|says| says.place.is_some()));
        let place_seen = seen.receiver.unwrap().place.unwrap().to_string();
        assert_eq!(place_seen, "48.11730, 11.51666");
        drop((slave, master));
        until(&mut attendant, |seen| seen.receiver.is_none());
        assert_eq!(written(place).devices.len(), 1, "udev has not said yet that it is gone");
    }
}

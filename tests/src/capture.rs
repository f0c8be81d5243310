//! tshark at the wire: what really went from whom to whom, and whether it was well formed.

use std::{collections::BTreeMap, path::PathBuf, process::Command, time::Duration};

use tempfile::TempDir;

use crate::{
    Place, Program,
    program::{as_root, run},
    tone::{self, Samples},
    until,
};

/// A capture that is running.
#[derive(Debug)]
pub struct Capture {
    program: Program,
    file: PathBuf,
    folder: TempDir,
}

impl Capture {
    /// Captures what passes `interface` at `place` and fits `filter` (capture syntax: `host 127.3.2.1`).
    /// Returns once it captures.
    #[must_use]
    pub fn start(place: &Place, interface: &str, filter: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("wire.pcap");
        let dumpcap = match place {
            Place::Here => as_root("dumpcap"),
            Place::Namespace(_) => place.command("dumpcap"),
        };
        let mut command = dumpcap;
        command.args(["-q", "-P", "-i", interface, "-f", filter, "-w"]).arg(&file);
        let program = Program::start("dumpcap", command, folder.path());
        program.says("File: ");
        Self { program, file, folder }
    }

    /// Waits until it holds about this many voice packets (214 bytes each on Ethernet, and 16 more in
    /// the file).
    pub fn carries(&self, packets: u64) {
        until("voice on the wire", || {
            let length = std::fs::metadata(&self.file).map_or(0, |file| file.len());
            (length >= packets * 230).then_some(())
        });
    }

    /// Waits until it holds this text, which the kernel hands over a block at a time.
    pub fn has(&self, text: &str) {
        until(&format!("{text:?} in the capture"), || {
            let file = std::fs::read(&self.file).ok()?;
            file.windows(text.len()).any(|part| part == text.as_bytes()).then_some(())
        });
    }

    /// Ends it; what was captured can then be asked.
    #[must_use]
    pub fn stop(mut self) -> Captured {
        self.program.signal("INT");
        self.program.end();
        Captured { file: self.file, sip: Vec::new(), _folder: self.folder }
    }
}

/// A capture that is over.
#[derive(Debug)]
pub struct Captured {
    file: PathBuf,
    sip: Vec<u16>,
    _folder: TempDir,
}

impl Captured {
    /// The values of some tshark fields in all packets that fit a display filter, a row a packet.
    #[must_use]
    pub fn fields(&self, filter: &str, fields: &[&str]) -> Vec<Vec<String>> {
        let mut command = self.tshark();
        command.args(["-Y", filter, "-T", "fields"]);
        fields.iter().for_each(|field| {
            command.args(["-e", field]);
        });
        let rows = run(command);
        rows.lines().map(|row| row.split('\t').map(str::to_owned).collect()).collect()
    }

    /// Panics with the packets that tshark finds malformed in SIP, SDP, RTP or RTCP.
    pub fn is_well_formed(&self) {
        let wrong = self.fields("_ws.malformed", &["frame.number", "ip.src", "ip.dst", "_ws.col.Info"]);
        assert!(wrong.is_empty(), "malformed packets: {wrong:#?}");
    }

    /// Every stream of voice (G.711 A-law) that passed, one for each pair of addresses, each in the
    /// order in which it went.
    #[must_use]
    pub fn voices(&self) -> Vec<Samples> {
        let rows = self.fields("rtp", &["ip.src", "udp.srcport", "ip.dst", "udp.dstport", "rtp.payload"]);
        let mut streams: BTreeMap<Vec<String>, Samples> = BTreeMap::new();
        for mut row in rows {
            let payload = from_hex(&row.pop().unwrap_or_default());
            streams.entry(row).or_default().extend(payload.into_iter().map(tone::a_law));
        }
        streams.into_values().collect()
    }

    /// The longest time between two packets of one stream of voice.
    #[must_use]
    pub fn longest_pause_of_voice(&self) -> Duration {
        let rows =
            self.fields("rtp", &["ip.src", "udp.srcport", "ip.dst", "udp.dstport", "frame.time_epoch"]);
        let mut streams: BTreeMap<Vec<String>, f64> = BTreeMap::new();
        let mut longest: f64 = 0.0;
        for mut row in rows {
            let at: f64 = row.pop().and_then(|at| at.parse().ok()).expect("a packet has a time");
            let before = streams.insert(row, at).unwrap_or(at);
            longest = longest.max(at - before);
        }
        Duration::from_secs_f64(longest)
    }

    /// Says that SIP runs over these TCP ports, lest their numbers be taken for other protocols'.
    #[must_use]
    pub fn with_sip_at(mut self, ports: &[u16]) -> Self {
        self.sip = ports.to_vec();
        self
    }

    fn tshark(&self) -> Command {
        let mut command = Command::new("tshark");
        self.sip.iter().for_each(|port| {
            command.args(["-d", &format!("tcp.port=={port},sip")]);
        });
        command.args(["-n", "-o", "rtp.heuristic_rtp:TRUE", "-r"]).arg(&self.file);
        command
    }
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().filter_map(|c| c.to_digit(16)).map(|d| u8::try_from(d).unwrap_or(0)).collect();
    digits.as_chunks::<2>().0.iter().map(|[high, low]| high << 4 | low).collect()
}

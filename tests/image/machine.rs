//! A computer without an operating system, in QEMU: its disk is flashed, its console read, its power cut.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Feed, Place, program::run};

use crate::computer::Computer;
use crate::panel::Panel;
use crate::street::Street;
use crate::{VERSIONS, made, named};

/// Software emulation on a busy machine: an event may take this long, and nothing is concluded from how long it took.
pub(crate) const PATIENCE: Duration = Duration::from_secs(900);
/// The boot partition begins where systemd-repart puts the first one.
const BOOT_PARTITION: &str = "@@1048576";
/// Larger than the image, so that the data partition has room.
const DISK: u64 = 2 * 1024 * 1024 * 1024;
/// Given to the kernel by the computer, as every board may. A starved emulator misses timer interrupts, which the kernel takes for a
/// broken board, misses the moments of the hardware watchdog, which would reset a healthy box, starts no service in the time that is
/// plenty on a box, and would spend its first seconds with trying out every cipher.
const STARVING: &str = "type=11,value=io.systemd.stub.kernel-cmdline-extra=no_timer_check cryptomgr.notests \
    systemd.watchdog_sec=10min systemd.default_timeout_start_sec=15min systemd.default_device_timeout_sec=15min";

/// One computer; switched off when dropped.
#[derive(Debug)]
pub(crate) struct Machine {
    computer: Computer,
    folder: TempDir,
    place: Place,
    log: File,
    running: Option<Running>,
    /// What the disk loses with the power.
    kind: Disk,
    /// Whether it has what a better board has: a disk that tells its age, a panel at the second serial port, a device on USB.
    equipped: bool,
}

/// What becomes of what was written and not flushed when the power fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Disk {
    /// It stays.
    Remembers,
    /// Most of it is lost: an overlay whose tables are written with the next flush only.
    Forgets,
}

#[derive(Debug)]
struct Running {
    child: Child,
    console: Feed<String>,
    since: Instant,
}

impl Machine {
    /// With the image on its disk, as an installer flashes it, and switched off; `name` is that of its log.
    pub(crate) fn flashed(computer: Computer, street: &Street, name: &str) -> Self {
        let image = format!("out/{}.img.zst", named(computer, VERSIONS[0]));
        let folder = tempfile::tempdir_in(made(".")).expect("a folder beside the image");
        let log = File::create(made("out").join(format!("{name}.log"))).expect("a log");
        let place = street.place().clone();
        let this =
            Self { computer, folder, place, log, running: None, kind: Disk::Remembers, equipped: false };
        let mut unpack = Command::new("zstd");
        unpack.args(["-q", "-d", "--sparse"]).arg(made(&image)).arg("-o").arg(this.disk());
        run(unpack);
        File::options()
            .write(true)
            .open(this.disk())
            .and_then(|disk| disk.set_len(DISK))
            .expect("a larger disk");
        fs::copy(&computer.firmware()[1], this.settings()).expect("the firmware's settings");
        this
    }

    /// Gets a disk that tells its age, a place for a front panel, and a serial device on USB; it is off.
    pub(crate) fn is_equipped(&mut self) {
        self.equipped = true;
    }

    /// The controller of the front panel, once the box is on.
    pub(crate) fn panel(&self) -> Panel {
        Panel::at(&self.second_port())
    }

    /// Where its second serial port ends.
    fn second_port(&self) -> PathBuf {
        self.folder.path().join("panel")
    }

    fn disk(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    fn settings(&self) -> PathBuf {
        self.folder.path().join("settings")
    }

    /// Where its monitor listens.
    fn monitor(&self) -> PathBuf {
        self.folder.path().join("monitor")
    }

    /// From now on the disk loses what was not flushed when the power fails; nothing can be dropped in any more.
    pub(crate) fn forgets(&mut self) {
        let mut overlay = Command::new("qemu-img");
        overlay.args(["create", "-q", "-f", "qcow2", "-F", "raw", "-b"]).arg(self.disk()).arg(self.overlay());
        run(overlay);
        self.kind = Disk::Forgets;
    }

    fn overlay(&self) -> PathBuf {
        self.folder.path().join("overlay")
    }

    /// Presses the switch.
    pub(crate) fn power_on(&mut self) {
        let mut child = self.qemu().spawn().expect("QEMU starts");
        let (sender, console) = Feed::new("the box's console");
        let out = BufReader::new(child.stdout.take().expect("a piped console"));
        let since = Instant::now();
        let mut log = self.log.try_clone().expect("a file can be cloned");
        std::thread::spawn(move || {
            for line in out.split(b'\n').map_while(Result::ok) {
                let text = String::from_utf8_lossy(&line).trim().to_owned();
                let _ = writeln!(log, "{:7.1} {text}", since.elapsed().as_secs_f32());
                let _ = sender.send(text);
            }
        });
        self.running = Some(Running { child, console, since });
    }

    fn qemu(&self) -> Command {
        let drive = |what: &str, path: &Path| format!("{what},file={}", path.display());
        let disk = match self.kind {
            Disk::Remembers => drive("if=none,id=disk,cache=unsafe,format=raw", &self.disk()),
            Disk::Forgets => drive("if=none,id=disk,cache=writeback,format=qcow2", &self.overlay()),
        };
        let [firmware, _] = self.computer.firmware();
        let mut qemu = self.computer.emulated(&self.place);
        let told = if self.equipped { format!("{STARVING} gatehouse.panel") } else { STARVING.to_owned() };
        qemu.args(["-m", "768", "-smbios", &told]);
        let listens = |at: &Path| format!("unix:{},server=on,wait=off", at.display());
        qemu.args(["-display", "none", "-serial", "stdio", "-qmp", &listens(&self.monitor())]);
        qemu.args(["-drive", &drive("if=pflash,readonly=on,format=raw", &firmware)]);
        qemu.args(["-drive", &drive("if=pflash,format=raw", &self.settings())]);
        qemu.args(["-drive", &disk]);
        let kind = if self.equipped { "nvme,serial=0815" } else { "virtio-blk-pci" };
        qemu.args(["-device", &format!("{kind},drive=disk,bootindex=0"), "-netdev", &Street::forwards()]);
        if self.equipped {
            qemu.args(["-serial", &listens(&self.second_port()), "-device", "qemu-xhci"]);
            qemu.args(["-chardev", "null,id=usb", "-device", "usb-serial,chardev=usb,always-plugged=on"]);
        }
        qemu.args(["-device", "virtio-net-pci,netdev=house,romfile=", "-device", "virtio-rng-pci"]);
        qemu.args(["-device", "virtio-balloon-pci,id=memory,guest-stats-polling-interval=2"]);
        qemu.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(self.log.try_clone().expect("a log"));
        qemu
    }

    /// Pulls the plug.
    pub(crate) fn power_cut(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
    }

    /// Says what has happened, and how long after the switch was pressed.
    pub(crate) fn lap(&self, what: &str) {
        let since = self.running.as_ref().expect("the machine is on").since;
        eprintln!("{:7.1} s  {what}", since.elapsed().as_secs_f32());
    }

    /// Waits for a line of the console with `text` in it; the whole line.
    pub(crate) fn says(&mut self, text: &str) -> String {
        let running = self.running.as_mut().expect("the machine is on");
        let line = running.console.within(PATIENCE, |line| line.contains(text).then(|| line.clone()));
        let line =
            line.unwrap_or_else(|| panic!("the console never said {text:?}; its log is beside the image"));
        self.lap(&line);
        line
    }

    /// Memory in use by everything on the box, in bytes, as the guest itself counts; caches that can be dropped are not in it.
    pub(crate) fn memory_used(&self) -> Option<u64> {
        let asked = json!({"execute": "qom-get",
            "arguments": {"path": "/machine/peripheral/memory", "property": "guest-stats"}});
        let told = self.monitored(&asked)?;
        let figure = |name: &str| told["return"]["stats"][name].as_u64();
        figure("stat-total-memory")?.checked_sub(figure("stat-available-memory")?)
    }

    fn monitored(&self, asked: &Value) -> Option<Value> {
        let mut socket = std::os::unix::net::UnixStream::connect(self.monitor()).ok()?;
        let mut lines = BufReader::new(socket.try_clone().ok()?).lines();
        lines.next()?.ok()?;
        for order in [&json!({"execute": "qmp_capabilities"}), asked] {
            writeln!(socket, "{order}").ok()?;
            let answers = lines.by_ref().map_while(Result::ok);
            let answer = answers.filter_map(|line| serde_json::from_str::<Value>(&line).ok());
            let answer = answer.into_iter().find(|answer| answer.get("event").is_none())?;
            if order == asked {
                return Some(answer);
            }
        }
        None
    }

    /// The first bytes of the data partition are gone, or all of them; the machine is off.
    pub(crate) fn loses_data(&self, first: Option<u64>) {
        assert!(self.running.is_none() && self.kind == Disk::Remembers, "the disk is in the box");
        let (begins, length) = self.partition("gatehouse-data");
        let length = first.unwrap_or(length);
        let mut hole = Command::new("fallocate");
        hole.args(["--punch-hole", "--offset", &begins.to_string(), "--length", &length.to_string()]);
        hole.arg(self.disk());
        run(hole);
    }

    /// Where a partition begins, and how long it is, in bytes (UEFI 2.10, 5.3: the table stands in the third block, 128 bytes an entry).
    fn partition(&self, label: &str) -> (u64, u64) {
        let mut table = vec![0; 128 * 128];
        File::open(self.disk()).and_then(|disk| disk.read_exact_at(&mut table, 2 * 512)).expect("a table");
        let name: Vec<u8> = label.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        let entry = table.chunks(128).find(|entry| entry[56..].starts_with(&name)).expect("the partition");
        let [first, last] =
            [32, 40].map(|at| u64::from_le_bytes(entry[at..at + 8].try_into().expect("eight bytes")));
        (first * 512, (last + 1 - first) * 512)
    }

    /// Puts a file into the drop zone, as from a laptop; the machine is off.
    pub(crate) fn drop_in(&self, file: &Path, name: &str) {
        assert!(self.running.is_none() && self.kind == Disk::Remembers, "the disk is in the box");
        let mut copy = Command::new("mcopy");
        copy.arg("-o").arg("-i").arg(self.boot_partition()).arg(file).arg(format!("::/gatehouse/{name}"));
        run(copy);
    }

    /// Puts a text into the drop zone.
    pub(crate) fn drop_text(&self, name: &str, text: &str) {
        let file = self.folder.path().join("dropped");
        fs::write(&file, text).expect("a file");
        self.drop_in(&file, name);
    }

    /// Reads a file of the drop zone on a laptop; the machine is off.
    pub(crate) fn reads(&self, name: &str) -> String {
        assert!(self.running.is_none(), "the disk is in the box");
        let mut show = Command::new("mtype");
        show.arg("-i").arg(self.boot_partition()).arg(format!("::/gatehouse/{name}"));
        run(show)
    }

    fn boot_partition(&self) -> String {
        format!("{}{BOOT_PARTITION}", self.disk().display())
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.power_cut();
    }
}

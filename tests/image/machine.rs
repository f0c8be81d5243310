//! A computer without an operating system, in QEMU: its disk is flashed, its console read, its power cut.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tests::{Feed, loopback::free_port, program::run};

use crate::made;

/// Software emulation on a busy machine: an event may take this long, and nothing is concluded from how long it took.
const PATIENCE: Duration = Duration::from_secs(900);
/// The boot partition begins where systemd-repart puts the first one.
const BOOT_PARTITION: &str = "@@1048576";
/// Larger than the image, so that the data partition has room.
const DISK: u64 = 2 * 1024 * 1024 * 1024;
const FIRMWARE: &str = "/usr/share/OVMF/OVMF_CODE_4M.fd";
const SETTINGS: &str = "/usr/share/OVMF/OVMF_VARS_4M.fd";

/// One computer; switched off when dropped.
#[derive(Debug)]
pub(crate) struct Machine {
    folder: TempDir,
    running: Option<Running>,
    /// Where its page answers.
    pub page: u16,
    /// Where phones register.
    pub sip: u16,
}

#[derive(Debug)]
struct Running {
    child: Child,
    console: Feed<String>,
    since: Instant,
}

impl Machine {
    /// With the image on its disk, as an installer flashes it, and switched off.
    pub(crate) fn flashed(image: &str) -> Self {
        let folder = tempfile::tempdir_in(made(".")).expect("a folder beside the image");
        let (page, sip) = (free_port(), free_port());
        let this = Self { folder, running: None, page, sip };
        let mut unpack = Command::new("zstd");
        unpack.args(["-q", "-d", "--sparse"]).arg(made(image)).arg("-o").arg(this.disk());
        run(unpack);
        File::options()
            .write(true)
            .open(this.disk())
            .and_then(|disk| disk.set_len(DISK))
            .expect("a larger disk");
        fs::copy(SETTINGS, this.settings()).expect("the firmware's settings");
        this
    }

    fn disk(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    fn settings(&self) -> PathBuf {
        self.folder.path().join("settings")
    }

    /// Presses the switch.
    pub(crate) fn power_on(&mut self) {
        let (settings, disk) = (self.settings(), self.disk());
        let drive = |what: &str, path: &str| format!("{what},format=raw,file={path}");
        let path = |path: &PathBuf| path.to_str().expect("a plain path").to_owned();
        let forward = format!(
            "user,id=house,hostfwd=tcp:127.0.0.1:{}-:8443,hostfwd=udp:127.0.0.1:{}-:5060",
            self.page, self.sip
        );
        let mut qemu = Command::new("nice");
        qemu.args([
            "-n",
            "3",
            "qemu-system-x86_64",
            "-machine",
            "q35",
            "-accel",
            "tcg,thread=multi,tb-size=256",
        ]);
        qemu.args([
            "-cpu", "max", "-smp", "2", "-m", "768", "-display", "none", "-monitor", "none", "-serial",
            "stdio",
        ]);
        qemu.args(["-drive", &drive("if=pflash,readonly=on", FIRMWARE)]);
        qemu.args(["-drive", &drive("if=pflash", &path(&settings))]);
        qemu.args([
            "-drive",
            &drive("if=none,id=disk,cache=unsafe", &path(&disk)),
            "-device",
            "virtio-blk-pci,drive=disk,bootindex=0",
        ]);
        qemu.args([
            "-netdev",
            &forward,
            "-device",
            "virtio-net-pci,netdev=house,romfile=",
            "-device",
            "virtio-rng-pci",
        ]);
        qemu.args(["-device", "i6300esb", "-watchdog-action", "reset"]);
        // A starved emulator misses timer interrupts, which the kernel takes for a broken board.
        qemu.args(["-smbios", "type=11,value=io.systemd.stub.kernel-cmdline-extra=no_timer_check"]);
        let mut child = qemu.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("QEMU starts");
        let (sender, console) = Feed::new("the box's console");
        let out = BufReader::new(child.stdout.take().expect("a piped console"));
        let since = Instant::now();
        let mut log =
            File::options().create(true).append(true).open(made("out").join("console.log")).expect("a log");
        std::thread::spawn(move || {
            for line in out.split(b'\n').map_while(Result::ok) {
                let text = String::from_utf8_lossy(&line).trim().to_owned();
                let _ = writeln!(log, "{:7.1} {text}", since.elapsed().as_secs_f32());
                let _ = sender.send(text);
            }
        });
        self.running = Some(Running { child, console, since });
    }

    /// Pulls the plug.
    pub(crate) fn power_cut(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
    }

    /// Waits for a line of the console with `text` in it; the whole line.
    pub(crate) fn says(&mut self, text: &str) -> String {
        let running = self.running.as_mut().expect("the machine is on");
        let line = running.console.within(PATIENCE, |line| line.contains(text).then(|| line.clone()));
        let line =
            line.unwrap_or_else(|| panic!("the console never said {text:?}; it is in out/console.log"));
        eprintln!("{:7.1} s  {line}", running.since.elapsed().as_secs_f32());
        line
    }

    /// Waits until the telephone system answers from outside; without an account no phone can call yet, and it says so.
    pub(crate) fn is_ready(&self) {
        let since = self.running.as_ref().expect("the machine is on").since;
        while self.asked("/healthz").is_none_or(|answer| !answer.contains("ready")) {
            assert!(since.elapsed() < PATIENCE, "the box never got ready; its console is in out/console.log");
            std::thread::sleep(Duration::from_millis(500));
        }
        eprintln!("{:7.1} s  /healthz answers from outside", since.elapsed().as_secs_f32());
    }

    /// What its page answers, if it does.
    pub(crate) fn asked(&self, path: &str) -> Option<String> {
        let mut curl = Command::new("curl");
        let page = format!("https://127.0.0.1:{}{path}", self.page);
        let out = curl.args(["-ksL", "-m", "20", &page]).output().expect("curl runs");
        out.status.success().then(|| String::from_utf8_lossy(&out.stdout).into_owned())
    }

    /// Puts a file into the drop zone, as from a laptop; the machine is off.
    pub(crate) fn drop_in(&self, file: &std::path::Path, name: &str) {
        assert!(self.running.is_none(), "the disk is in the box");
        let mut copy = Command::new("mcopy");
        copy.arg("-o").arg("-i").arg(self.boot_partition()).arg(file).arg(format!("::/gatehouse/{name}"));
        run(copy);
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

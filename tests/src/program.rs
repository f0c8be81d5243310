//! Programs of a journey: where they run, what they print, and their end.

use std::{
    fs::{File, read_to_string},
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
};

use crate::{Feed, PATIENCE, until};

/// Where a program runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// On this machine, on its loopback addresses.
    Here,
    /// In the network namespace of this name.
    Namespace(String),
}

impl Place {
    /// A command that will run at this place. `ip netns exec` replaces itself by the program, so
    /// the process that is started is the program itself.
    #[must_use]
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        match self {
            Self::Here => Command::new(program.as_ref()),
            Self::Namespace(name) => {
                let mut command = as_root("ip");
                command.args(["netns", "exec", name]).arg(program.as_ref());
                command
            }
        }
    }
}

/// A running program, killed when dropped. What it says goes to a log file, which is shown when the
/// journey fails.
#[derive(Debug)]
pub struct Program {
    name: String,
    child: Child,
    log: PathBuf,
    lines: Feed<String>,
}

impl Program {
    /// Starts `command`; its log goes below `folder`.
    pub fn start(name: &str, mut command: Command, folder: &Path) -> Self {
        let log = folder.join(format!("{name}.log"));
        let file =
            File::options().create(true).append(true).open(&log).expect("a log file in the journey's folder");
        let mut said = file.try_clone().expect("a file can be cloned");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(file);
        let mut child =
            command.spawn().unwrap_or_else(|error| panic!("{name} does not start: {command:?}: {error}"));
        let (sender, lines) = Feed::new(name);
        let out = BufReader::new(child.stdout.take().expect("a piped output"));
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let _ = writeln!(said, "{line}");
                let _ = sender.send(line);
            }
        });
        Self { name: name.to_owned(), child, log, lines }
    }

    /// The lines it prints on standard output.
    pub fn lines(&mut self) -> &mut Feed<String> {
        &mut self.lines
    }

    /// What it wrote so far.
    #[must_use]
    pub fn log(&self) -> String {
        read_to_string(&self.log).unwrap_or_default()
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The power is cut: SIGKILL, and waits for its end.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Sends the signal of this name (`TERM`, `HUP`).
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.pid().to_string()]).status().unwrap();
        assert!(sent.success(), "{} cannot be sent {name}", self.name);
    }

    /// Waits for its end by itself.
    pub fn end(&mut self) -> ExitStatus {
        let end = std::time::Instant::now() + PATIENCE;
        while std::time::Instant::now() < end {
            if let Ok(Some(status)) = self.child.try_wait() {
                return status;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("{} does not end; its log:\n{}", self.name, self.log());
    }

    /// Waits until its log contains `text`.
    pub fn says(&self, text: &str) {
        until(&format!("{} to log {text:?}", self.name), || self.log().contains(text).then_some(()));
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            let log = self.log();
            let tail: Vec<&str> = log.lines().rev().take(60).collect();
            eprintln!("--- the last of {} ---", self.name);
            tail.iter().rev().for_each(|line| eprintln!("{line}"));
        }
    }
}

/// A command that needs the rights of root (namespaces, mounts, captures): as it is for root, through
/// `sudo -n` otherwise.
#[must_use]
pub fn as_root(program: &str) -> Command {
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    if root {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["-n", program]);
    command
}

/// Runs a command to its end and returns what it printed; panics with both outputs when it fails.
pub fn run(mut command: Command) -> String {
    let out = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let [said, wrong] = [&out.stdout, &out.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert!(out.status.success(), "{command:?} failed:\n{said}{wrong}");
    said
}

/// The program of the workspace called `name`, as built beside this test (`make build`), or the one
/// that the environment names (`GATEHOUSE_BIN_DIR`).
#[must_use]
pub fn built(name: &str) -> PathBuf {
    let folder = std::env::var_os("GATEHOUSE_BIN_DIR").map(PathBuf::from).or_else(|| {
        let test = std::env::current_exe().ok()?;
        Some(test.parent()?.parent()?.to_owned())
    });
    let path = folder.expect("a target folder").join(name);
    assert!(path.exists(), "{} is missing: build the programs first (`make build`)", path.display());
    path
}

/// A file or folder of the project, by its path from the top.
#[must_use]
pub fn in_tree(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests is below the top").join(path)
}

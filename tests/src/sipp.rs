//! sipp with scenarios of our own (`tests/sipp/`): many calls from one file, each step checked.

use std::{
    fs,
    net::{SocketAddr, TcpListener, UdpSocket},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::{Login, Place, loopback::free_port};

/// One run of sipp, to be described and then started.
#[derive(Debug)]
pub struct Sipp {
    scenario: &'static str,
    server: Option<SocketAddr>,
    place: Place,
    address: String,
    port: u16,
    options: Vec<String>,
    rows: String,
    tables: Vec<(&'static str, String)>,
}

/// A run that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Calls that followed the scenario to its end.
    pub passed: u64,
    /// Calls that did not.
    pub failed: u64,
}

/// A run that goes on beside the journey; ended when dropped.
#[derive(Debug)]
pub struct Running {
    child: std::process::Child,
    sipp: Sipp,
    folder: TempDir,
}

impl Sipp {
    /// A scenario of `tests/sipp/`, from a free port of this machine.
    #[must_use]
    pub fn new(scenario: &'static str) -> Self {
        let [address, port] = ["127.0.0.1".to_owned(), free_port().to_string()];
        let port = port.parse().expect("a port");
        Self {
            scenario,
            server: None,
            place: Place::Here,
            address,
            port,
            options: vec![],
            rows: String::new(),
            tables: vec![],
        }
        .option("-m", "1")
        .option("-timeout", "120")
    }

    /// The server that it talks to (not for answering scenarios).
    #[must_use]
    pub fn to(mut self, server: SocketAddr) -> Self {
        self.server = Some(server);
        self
    }

    /// Who speaks: one row a call, in turn.
    #[must_use]
    pub fn row(mut self, login: &Login) -> Self {
        let Login { user, password, .. } = login;
        self.rows += &format!("{user};[authentication username={user} password={password}]\n");
        self
    }

    /// The same, with one more word for the scenario.
    #[must_use]
    pub fn row_with(mut self, login: &Login, word: &str) -> Self {
        self = self.row(login);
        self.rows.truncate(self.rows.trim_end().len());
        self.rows += &format!(";{word}\n");
        self
    }

    /// A file that the scenario looks things up in, by its first column.
    #[must_use]
    pub fn table(mut self, name: &'static str, rows: &str) -> Self {
        self.tables.push((name, format!("SEQUENTIAL\n{rows}")));
        self
    }

    /// Whom all of them call. (sipp signs one address for a whole run, so that it is one for all.)
    #[must_use]
    pub fn calling(self, extension: &str) -> Self {
        let server = self.server.expect("the server is named first");
        self.option("-s", extension).option("-auth_uri", &format!("{extension}@{server}"))
    }

    /// How many calls, at how many a second.
    #[must_use]
    pub fn calls(self, calls: u32, each_second: u32) -> Self {
        self.option("-m", &calls.to_string()).option("-r", &each_second.to_string())
    }

    /// For how many seconds at most it goes on; 120 unless told.
    #[must_use]
    pub fn lasting(self, seconds: u32) -> Self {
        self.option("-timeout", &seconds.to_string())
    }

    /// How long the pause of the scenario lasts: a call, or ringing.
    #[must_use]
    pub fn pausing(self, milliseconds: u32) -> Self {
        self.option("-d", &milliseconds.to_string())
    }

    /// Says back what it hears, in every call.
    #[must_use]
    pub fn echoing(mut self) -> Self {
        self.options.push("-rtp_echo".to_owned());
        self.option("-mp", &free_port().to_string())
    }

    /// Over TCP, one connection for all calls.
    #[must_use]
    pub fn over_tcp(self) -> Self {
        self.option("-t", "t1")
    }

    /// Writes down how long each call took until it rang, for [`Running::rang_after`].
    #[must_use]
    pub fn timed(mut self) -> Self {
        self.options.extend(["-trace_rtt".to_owned(), "-rtt_freq".to_owned(), "1".to_owned()]);
        self
    }

    /// From this port.
    #[must_use]
    pub fn from_port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The port from which it talks.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// At another place of this address.
    #[must_use]
    pub fn at(mut self, place: Place, address: &str) -> Self {
        (self.place, self.address) = (place, address.to_owned());
        self
    }

    fn option(mut self, name: &str, value: &str) -> Self {
        match self.options.iter().position(|option| option == name) {
            Some(at) => self.options.splice(at + 1..at + 2, [value.to_owned()]).for_each(drop),
            None => self.options.extend([name.to_owned(), value.to_owned()]),
        }
        self
    }

    /// Starts it beside the journey.
    #[must_use]
    pub fn start(self) -> Running {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let scenario = crate::program::in_tree("tests/sipp").join(self.scenario);
        fs::write(folder.path().join("rows.csv"), format!("SEQUENTIAL\n{}", self.rows))
            .expect("a file of rows");
        let mut command: Command = self.place.command("sipp");
        command.current_dir(folder.path()).args(self.server.map(|server| server.to_string()));
        command.args(&self.options).arg("-sf").arg(scenario);
        command.args(["-i", &self.address, "-p", &self.port.to_string(), "-nostdin"]);
        if !self.rows.is_empty() {
            command.args(["-inf", "rows.csv"]);
        }
        for (name, rows) in &self.tables {
            fs::write(folder.path().join(name), rows).expect("a table");
            command.args(["-inf", name, "-infindex", name, "0"]);
        }
        command.args(["-trace_logs", "-log_file", "words"]);
        command.args(["-trace_err", "-error_file", "errors", "-trace_stat", "-stf", "numbers", "-fd", "1"]);
        command.args(["-recv_timeout", "20000", "-timeout_error"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap_or_else(|error| panic!("sipp does not start: {error}"));
        let mut running = Running { child, sipp: self, folder };
        if running.sipp.place == Place::Here {
            crate::until("sipp to listen", || running.listens().then_some(()));
        }
        running
    }

    /// Runs it to its end. Panics when a call did not follow the scenario, with sipp's own words.
    pub fn passes(self) -> Outcome {
        self.start().passes()
    }

    /// Runs it to its end whatever becomes of the calls.
    #[must_use]
    pub fn run(self) -> Outcome {
        self.start().ends().0
    }
}

impl Running {
    /// The port from which it talks.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.sipp.port
    }

    /// Whether it holds its port, or has already ended.
    fn listens(&mut self) -> bool {
        let here = (self.sipp.address.as_str(), self.sipp.port);
        let taken = UdpSocket::bind(here).is_err() || TcpListener::bind(here).is_err();
        taken || !matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits for its end. Panics when a call did not follow the scenario.
    pub fn passes(mut self) -> Outcome {
        let scenario = self.sipp.scenario;
        let status = self.child.wait().expect("sipp ends");
        let (outcome, errors) = self.numbers();
        assert!(status.success() && outcome.failed == 0, "{scenario}: {status}, {outcome:?}\n{errors}");
        outcome
    }

    /// Whether it has come to its end.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits for its end; the numbers and sipp's own words.
    #[must_use]
    pub fn ends(mut self) -> (Outcome, String) {
        let _ = self.child.wait();
        self.numbers()
    }

    /// How long each call took until it rang, in milliseconds; of a run that is [`Sipp::timed`], once it has ended.
    #[must_use]
    pub fn rang_after(&mut self) -> Vec<f64> {
        let _ = self.child.wait();
        let files = fs::read_dir(self.folder.path()).into_iter().flatten().flatten();
        let mut files = files.map(|file| file.path());
        let file = files.find(|path| path.to_string_lossy().ends_with("_rtt.csv"));
        let text = file.and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
        text.lines().skip(1).filter_map(|line| line.split(';').nth(1)?.trim().parse().ok()).collect()
    }

    /// The numbers so far.
    #[must_use]
    pub fn numbers(&self) -> (Outcome, String) {
        let read = |name: &str| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        let numbers = read("numbers");
        let mut lines = numbers.lines();
        let names: Vec<&str> = lines.next().unwrap_or_default().split(';').collect();
        let last: Vec<&str> = lines.last().unwrap_or_default().split(';').collect();
        let number = |name: &str| {
            let at = names.iter().position(|one| *one == name);
            at.and_then(|at| last.get(at)).and_then(|text| text.parse().ok()).unwrap_or(0)
        };
        (Outcome { passed: number("SuccessfulCall(C)"), failed: number("FailedCall(C)") }, read("errors"))
    }

    /// Awaits this word of the scenario (its `<log message="..."/>`).
    pub fn says(&self, word: &str) {
        crate::until(&format!("{} to say {word}", self.sipp.scenario), || {
            self.said().iter().any(|line| line == word).then_some(())
        });
    }

    /// Every word of the scenario so far.
    #[must_use]
    pub fn said(&self) -> Vec<String> {
        let said = fs::read_to_string(self.folder.path().join("words")).unwrap_or_default();
        said.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    }

    /// How many calls followed the scenario so far, awaited until there are `calls`.
    pub fn reaches(&self, calls: u64) {
        crate::until(&format!("{} to pass {calls} calls", self.sipp.scenario), || {
            (self.numbers().0.passed >= calls).then_some(())
        });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! A switch that is asked over SNMP: a real agent (net-snmp), whose tables follow what is plugged in.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::Command,
};

use tempfile::TempDir;

use crate::{Program, loopback::free_port, until};

/// What the agent is asked with; it takes no other.
pub const COMMUNITY: &str = "Haus-Lesen";
/// The user of version 3, and its two passwords.
pub const USER: (&str, &str, &str) = ("gatehouse", "Signatur-2026", "Geheim-2026");

/// The tables that are ours to fill: LLDP-MIB, BRIDGE-MIB and the names of the ports.
const TREES: [&str; 3] = [".1.0.8802.1.1.2", ".1.3.6.1.2.1.17", ".1.3.6.1.2.1.31.1.1.1.1"];

/// Answers for one tree: the instance asked for, or the next one of a sorted file (`man snmpd.conf`, pass).
const ANSWER: &str = r#"
function after(a, b,   x, y, n, m, i) {
  n = split(a, x, "."); m = split(b, y, ".")
  for (i = 2; i <= n && i <= m; i++) if (x[i] + 0 != y[i] + 0) return x[i] + 0 > y[i] + 0
  return n > m
}
{ if (how == "-g" ? $1 == oid : after($1, oid)) { print $1; print $2; $1 = ""; $2 = ""; sub(/^  */, ""); print; exit } }
"#;

/// A switch with 24 ports, `Gi1/0/1` to `Gi1/0/24`.
#[derive(Debug)]
pub struct Switch {
    address: SocketAddr,
    folder: TempDir,
    _agent: Program,
}

impl Switch {
    /// A switch with nothing plugged in.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let (name, auth, privacy) = USER;
        let table = folder.path().join("table");
        let program = folder.path().join("answer.awk");
        fs::write(&program, ANSWER).expect("a program");
        let script = folder.path().join("answer");
        let line = format!(
            "#!/bin/sh\nexec awk -v how=\"$1\" -v oid=\"$2\" -f {} {}\n",
            program.display(),
            table.display()
        );
        fs::write(&script, line).expect("a script");
        let mut config = format!(
            "agentAddress udp:{address}\nrocommunity {COMMUNITY} 127.0.0.1\n\
             createUser {name} SHA-256 \"{auth}\" AES \"{privacy}\"\nrouser {name} authpriv\n"
        );
        for tree in TREES {
            config += &format!("pass -p 1 {tree} /bin/sh {}\n", script.display());
        }
        let file = folder.path().join("snmpd.conf");
        fs::write(&file, config).expect("a configuration");
        let this = |agent| Self { address, folder, _agent: agent };
        let mut command = Command::new("/usr/sbin/snmpd");
        command.args(["-f", "-Lo", "-C", "-c"]).arg(&file).args(["-I", "-ifTable,ifXTable"]);
        command.env("SNMP_PERSISTENT_DIR", file.with_file_name("state")).env("MIBS", "");
        let agent = Program::start("snmpd", command, file.parent().expect("a folder"));
        let this = this(agent);
        this.plugged(&[]);
        until("the agent of the switch", || {
            let mut ask = Command::new("snmpget");
            ask.args(["-v2c", "-c", COMMUNITY, "-t", "1", "-r", "0"]);
            ask.arg(address.to_string()).arg(format!("{}.1", TREES[2]));
            ask.output().ok()?.status.success().then_some(())
        });
        this
    }

    /// Where it is asked.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on this hardware hangs at these ports, and nothing else.
    pub fn plugged(&self, all: &[([u8; 6], u32)]) {
        let mut rows: Vec<(Vec<u32>, String)> = vec![];
        for port in 1..=24_u32 {
            rows.push((
                arcs(&[1, 3, 6, 1, 2, 1, 17, 1, 4, 1, 2], &[port]),
                format!("integer {}", 10_100 + port),
            ));
            rows.push((
                arcs(&[1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1], &[10_100 + port]),
                format!("string Gi1/0/{port}"),
            ));
        }
        // So that somebody can see that it answers at all.
        rows.push((arcs(&[1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1], &[1]), "string cpu".to_owned()));
        for (mac, port) in all {
            let index: Vec<u32> = mac.iter().map(|byte| u32::from(*byte)).collect();
            rows.push((arcs(&[1, 3, 6, 1, 2, 1, 17, 4, 3, 1, 2], &index), format!("integer {port}")));
        }
        rows.sort();
        let text: Vec<String> = rows
            .iter()
            .map(|(oid, value)| {
                let oid: Vec<String> = oid.iter().map(ToString::to_string).collect();
                format!(".{} {value}\n", oid.join("."))
            })
            .collect();
        let fresh = self.table().with_extension("new");
        fs::write(&fresh, text.concat()).expect("a table");
        fs::rename(fresh, self.table()).expect("the new table replaces the old");
    }

    fn table(&self) -> PathBuf {
        self.folder.path().join("table")
    }
}

impl Default for Switch {
    fn default() -> Self {
        Self::new()
    }
}

fn arcs(column: &[u32], index: &[u32]) -> Vec<u32> {
    [column, index].concat()
}

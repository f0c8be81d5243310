//! SRTP as another implementation does it: what we close libsrtp2 opens, and the other way round, byte for byte.

use media::srtp::{MasterKey, OVERHEAD, Receiver, Sender, Suite};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Over the end of the numbering, one lost, two overtaken by their successor.
const NUMBERS: [u16; 9] = [65_531, 65_532, 65_534, 65_533, 65_535, 0, 2, 1, 3];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Voice,
    Reports,
}

fn built(folder: &Path) -> std::path::PathBuf {
    let program = folder.join("libsrtp2");
    let source = tests::program::in_tree("tests/rules/rfc3711/libsrtp2.c");
    let built = Command::new("cc").arg("-o").arg(&program).arg(source).arg("-lsrtp2").status();
    assert!(built.is_ok_and(|status| status.success()), "needs gcc and libsrtp2-dev, see tests/install");
    program
}

fn key(suite: Suite) -> MasterKey {
    MasterKey::drawn(suite, std::array::from_fn(|place| u8::try_from(place * 5 + 1).unwrap()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(text: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    text.as_bytes().chunks(2).map(byte).collect()
}

/// What libsrtp2 makes of the packets, "-" for what it refuses.
fn theirs(program: &Path, suite: Suite, act: &str, kind: Kind, packets: &[Vec<u8>]) -> Vec<String> {
    let kind = if kind == Kind::Voice { "voice" } else { "reports" };
    let mut child = Command::new(program)
        .args([suite.name(), act, kind, &hex(key(suite).key_and_salt())])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: String = packets.iter().map(|packet| hex(packet) + "\n").collect();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{suite:?} {act}: {:?}", output.status);
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn packets(kind: Kind) -> Vec<Vec<u8>> {
    let one = |number: u16| match kind {
        Kind::Voice => {
            let [high, low] = number.to_be_bytes();
            let mut packet =
                vec![0x91, 8, high, low, 0, 0, 1, 0, 0xca, 0xfe, 0xba, 0xbe, 1, 2, 3, 4, 0xbe, 0xde, 0, 1];
            packet.extend((0..165).map(|byte| byte ^ low));
            packet
        }
        Kind::Reports => [&[0x81, 201, 0, 7, 0xca, 0xfe, 0xba, 0xbe][..], &[0x5a; 24]].concat(),
    };
    NUMBERS.into_iter().map(one).collect()
}

fn ours_closed(suite: Suite, kind: Kind) -> Vec<Vec<u8>> {
    let mut sender = Sender::new(&key(suite));
    let close = |packet: Vec<u8>| {
        let mut buffer = packet.clone();
        buffer.resize(packet.len() + OVERHEAD, 0);
        let length = match kind {
            Kind::Voice => sender.protect(&mut buffer, packet.len()),
            Kind::Reports => sender.protect_reports(&mut buffer, packet.len()),
        };
        buffer.truncate(length.unwrap());
        buffer
    };
    packets(kind).into_iter().map(close).collect()
}

fn ours_opened(suite: Suite, kind: Kind, closed: &[Vec<u8>]) -> Vec<String> {
    let mut receiver = Receiver::new(&key(suite), 0);
    let open = |packet: &Vec<u8>| {
        let mut datagram = packet.clone();
        let length = match kind {
            Kind::Voice => receiver.unprotect(&mut datagram),
            Kind::Reports => receiver.unprotect_reports(&mut datagram),
        };
        length.map_or_else(|_| "-".into(), |length| hex(&datagram[..length]))
    };
    closed.iter().map(open).collect()
}

#[test]
fn libsrtp2_and_we_understand_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let program = built(folder.path());
    for suite in Suite::ALL {
        for kind in [Kind::Voice, Kind::Reports] {
            let plain = packets(kind);
            let expected: Vec<String> = plain.iter().map(|packet| hex(packet)).collect();
            let ours = ours_closed(suite, kind);
            assert_eq!(theirs(&program, suite, "unprotect", kind, &ours), expected, "{suite:?} {kind:?}");
            let theirs_closed: Vec<_> =
                theirs(&program, suite, "protect", kind, &plain).iter().map(|line| bytes(line)).collect();
            assert_eq!(ours_opened(suite, kind, &theirs_closed), expected, "{suite:?} {kind:?}");
            assert_eq!(theirs_closed, ours, "{suite:?} {kind:?}");
        }
    }
}

#[test]
fn what_libsrtp2_refuses_we_refuse() {
    let folder = tempfile::tempdir().unwrap();
    let program = built(folder.path());
    for suite in Suite::ALL {
        for kind in [Kind::Voice, Kind::Reports] {
            let closed = ours_closed(suite, kind);
            let mut wrong = closed.clone();
            wrong.iter_mut().step_by(2).for_each(|packet| *packet.last_mut().unwrap() ^= 1);
            let twice = [wrong, closed.clone(), closed].concat();
            let verdicts =
                |answers: Vec<String>| -> Vec<bool> { answers.iter().map(|one| one == "-").collect() };
            assert_eq!(
                verdicts(ours_opened(suite, kind, &twice)),
                verdicts(theirs(&program, suite, "unprotect", kind, &twice)),
                "{suite:?} {kind:?}"
            );
        }
    }
}

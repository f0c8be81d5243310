//! How an outside line is doing, in words for the admin.

use std::collections::HashSet;

use account::{Destination, E164, Snapshot};
use switchboard::dialling::{Presenting, Wish};
use switchboard::lines::{Health, LineKind, LineNow, Unconnected, WhyDown};
use web::view::{self, LineState, Sentence};

use super::viewing::wall;

/// Every line, with the numbers that go out over it first.
pub(super) fn lines(lines: &[LineNow], house: &Snapshot) -> Vec<view::Line> {
    let chosen: HashSet<&E164> = lines.iter().flat_map(|line| line.carries.iter()).collect();
    let numbers = |line: &LineNow| match &line.kind {
        LineKind::Device(device) => {
            let who = Destination::Device(device.clone());
            let calls = Presenting { house, who: &who, prefers: None, wish: Wish::AsUsual };
            calls
                .number()
                .filter(|number| !chosen.contains(number))
                .map(ToString::to_string)
                .into_iter()
                .collect()
        }
        LineKind::Trunk | LineKind::Backup => line.carries.iter().map(ToString::to_string).collect(),
    };
    lines.iter().map(|one| line(one, numbers(one))).collect()
}

fn line(line: &LineNow, numbers: Vec<String>) -> view::Line {
    let state = match line.health {
        Health::Starting { .. } => LineState::Starting,
        Health::Up { .. } => LineState::Up,
        Health::Down { why, .. } => LineState::Down { why: sentence(why) },
    };
    view::Line {
        name: line.id.as_str().to_owned(),
        kind: match line.kind {
            LineKind::Device(_) => view::LineKind::Device,
            LineKind::Trunk => view::LineKind::Trunk,
            LineKind::Backup => view::LineKind::Backup,
        },
        state,
        since: wall(line.health.since()),
        server: line.peer.map(|peer| peer.to_string()),
        answers_ms: line.round_trip.map(|took| u16::try_from(took.as_millis()).unwrap_or(u16::MAX)),
        certificate: line.certificate,
        names_gone: line.names_gone.map(wall),
        calls: line.calls,
        numbers,
    }
}

fn sentence(why: WhyDown) -> Sentence {
    match why {
        WhyDown::NoServer => {
            Sentence::new("Für diese Leitung ist kein Server bekannt.", "This line has no server.")
        }
        WhyDown::Unnamed => Sentence::new(
            "Der Name des Servers führt nirgendwohin; DNS und Internetzugang prüfen.",
            "The name of the server leads nowhere; check DNS and internet access.",
        ),
        WhyDown::Unconnected(why) => unconnected(why),
        WhyDown::Silent => Sentence::new(
            "Der Anbieter antwortet nicht; Internetzugang prüfen.",
            "The provider does not answer; check the internet access.",
        ),
        WhyDown::Closed => Sentence::new(
            "Der Anbieter hat die Verbindung beendet; sie wird neu aufgebaut.",
            "The provider ended the connection; it is being opened anew.",
        ),
        WhyDown::WrongPassword => Sentence::new(
            "Der Anbieter nimmt das Passwort nicht an oder hat das Konto gesperrt.",
            "The provider does not take the password, or has blocked the account.",
        ),
        WhyDown::Refused(status) => Sentence::new(
            format!("Der Anbieter lehnt ab (SIP {status})."),
            format!("The provider refuses (SIP {status})."),
        ),
    }
}

fn unconnected(why: Unconnected) -> Sentence {
    match why {
        Unconnected::NoSocket => Sentence::new(
            "Die Box hat für diese Verbindungsart keinen Anschluss; [sip] listen und [trunk] server prüfen.",
            "The box has no socket for this kind of connection; check [sip] listen and [trunk] server.",
        ),
        Unconnected::Unreachable => Sentence::new(
            "Der Server ist nicht erreichbar; Internetzugang prüfen.",
            "The server cannot be reached; check the internet access.",
        ),
        Unconnected::Silent => Sentence::new(
            "Der Server nimmt keine Verbindung an; Internetzugang prüfen.",
            "The server takes no connection; check the internet access.",
        ),
        Unconnected::Expired => Sentence::new(
            "Das Zertifikat des Servers ist abgelaufen; den Anbieter verständigen, Uhr der Box prüfen.",
            "The server's certificate has expired; tell the provider, check the clock of the box.",
        ),
        Unconnected::Untrusted => Sentence::new(
            "Das Zertifikat des Servers ist nicht vertrauenswürdig; bei eigenem Aussteller [trunk] authorities setzen.",
            "The server's certificate is not trusted; for an authority of your own set [trunk] authorities.",
        ),
    }
}

//! `[mail]`, `[emergency] letters` and `strobe`: how people on site are told besides page and telephones.

use std::path::PathBuf;

use alarm::{Address, Closed};

use super::{Page, Part};
use crate::config::{AlarmWays, MailServer};

/// People who get letters.
const MOST_READERS: usize = 20;

impl<'t> Page<'t> {
    pub(super) fn alarm_ways(&mut self, emergency: Part<'t>, mail: Part<'t>) -> AlarmWays {
        let to = self.readers(emergency);
        let strobe = self.text(emergency, "strobe", "");
        let strobe = (!strobe.is_empty()).then(|| PathBuf::from(strobe));
        let server = self.mail_server(mail, to);
        if server.is_none() && emergency.value("letters").is_some() && mail.value("server").is_none() {
            let reason = "letters need a mail server: write [mail] server and from".to_owned();
            self.problem_at(emergency, "letters", reason);
        }
        AlarmWays { mail: server.filter(|server| !server.to.is_empty()), strobe }
    }

    fn readers(&mut self, part: Part<'t>) -> Vec<Address> {
        let texts = self.texts(part, "letters", &[]);
        if texts.len() > MOST_READERS {
            self.problem_at(part, "letters", format!("more than {MOST_READERS} readers"));
        }
        let mut read = Vec::new();
        for text in texts.iter().take(MOST_READERS) {
            match text.parse() {
                Ok(address) => read.push(address),
                Err(why) => self.problem_at(part, "letters", format!("{text:?}: {why}")),
            }
        }
        read
    }

    fn mail_server(&mut self, part: Part<'t>, to: Vec<Address>) -> Option<MailServer> {
        part.value("server")?;
        let text = self.text(part, "server", "");
        let Some((host, port, closed)) = reached(&text) else {
            let reason = format!(
                "{text:?} is no mail server; write for example \"starttls:smtp.example.com\", \"tls:...\" or \"plain:...\""
            );
            self.problem_at(part, "server", reason);
            return None;
        };
        let from = self.text(part, "from", "");
        let Ok(from) = from.parse() else {
            self.problem_at(
                part,
                "server",
                "name the sender as well: [mail] from = \"box@example.com\"".to_owned(),
            );
            return None;
        };
        let (user, file) = (self.text(part, "user", ""), self.text(part, "password_file", ""));
        if user.is_empty() != file.is_empty() {
            self.problem_at(
                part,
                "server",
                "write both [mail] user and password_file, or neither".to_owned(),
            );
        }
        if closed == Closed::Never && !user.is_empty() {
            self.problem_at(part, "server", "a password goes over tls or starttls only".to_owned());
        }
        let login = (!user.is_empty() && !file.is_empty()).then(|| (user, file.into()));
        Some(MailServer { host, port, closed, login, from, to })
    }
}

/// `starttls:smtp.example.com:587`: where it is, and whether others can read along. Without a port the usual one
/// (RFC 6409 3.1, RFC 8314 7.3, RFC 5321 4.5.4.2).
fn reached(text: &str) -> Option<(String, u16, Closed)> {
    let (word, place) = text.split_once(':')?;
    let (closed, usual) = match word {
        "tls" => (Closed::FromTheStart, 465),
        "starttls" => (Closed::BeforeLogin, 587),
        "plain" => (Closed::Never, 25),
        _ => return None,
    };
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (place, usual),
    };
    let fine =
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    fine.then(|| (host.to_owned(), port, closed))
}

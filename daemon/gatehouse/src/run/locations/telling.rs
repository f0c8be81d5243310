//! Letters and the relay, each in a task of its own: whoever tells waits for neither.

use alarm::{Letter, Mailer, Strobe, Switched};
use tokio::sync::{mpsc, watch};
use tracing::{info, warn};

use crate::config::{AlarmWays, MailServer};

/// Letters that wait for a slow mail server; more of them say nothing new.
const WAITING: usize = 16;

/// The ways on which people on site are told, besides page and telephones.
#[derive(Debug, Default)]
pub(super) struct Telling {
    pub(super) letters: Letters,
    strobe: Option<watch::Sender<Switched>>,
}

/// Letters about calls for help, if a mail server is named.
#[derive(Debug, Default)]
pub(crate) struct Letters(Option<mpsc::Sender<Letter>>);

impl Letters {
    /// Opens the way; if that cannot be, the journal says so. Must be called within a runtime.
    pub(crate) fn start(ways: &AlarmWays) -> Self {
        Self(ways.mail.as_ref().and_then(mailer).map(letters))
    }

    /// Hands a letter over. When the mail server is so slow that sixteen wait, this one is not written.
    pub(crate) fn write(&self, letter: Letter) {
        if let Some(Err(_)) = self.0.as_ref().map(|letters| letters.try_send(letter)) {
            warn!("the mail server is too slow: a letter about calls for help was not written");
        }
    }
}

impl Telling {
    /// Opens them; one that cannot be opened is named in the journal. Must be called within a runtime.
    pub(super) fn start(ways: &AlarmWays) -> Self {
        Self { letters: Letters::start(ways), strobe: ways.strobe.clone().map(switches) }
    }

    /// Switches the relay, if it stands otherwise.
    pub(super) fn switch(&self, to: Switched) {
        let Some(strobe) = &self.strobe else { return };
        strobe.send_if_modified(|stands| std::mem::replace(stands, to) != to);
    }
}

/// Whether the mail server would take a letter now, and why not; nothing is sent.
pub(crate) async fn reaches(server: &MailServer) -> Result<(), String> {
    let mailer = mailer(server).ok_or("the password cannot be read, or nobody vouches for the server")?;
    mailer.reaches().await.map_err(|why| why.to_string())
}

fn mailer(server: &MailServer) -> Option<Mailer> {
    let login = match &server.login {
        None => None,
        Some((user, file)) => Some((user.clone(), super::looking::secret(file)?)),
    };
    let reached =
        alarm::Server { host: server.host.clone(), port: server.port, closed: server.closed, login };
    let mailer = Mailer::new(&reached, server.from.clone(), server.to.clone());
    mailer.inspect_err(|why| warn!(%why, "no letters about calls for help")).ok()
}

fn letters(mailer: Mailer) -> mpsc::Sender<Letter> {
    let (letters, mut written) = mpsc::channel::<Letter>(WAITING);
    tokio::spawn(async move {
        while let Some(letter) = written.recv().await {
            match mailer.send(&letter).await {
                Ok(()) => info!("a letter about a call for help was handed in"),
                Err(why) => warn!(%why, "a letter about a call for help was not taken"),
            }
        }
    });
    letters
}

fn switches(file: std::path::PathBuf) -> watch::Sender<Switched> {
    let (switch, mut wanted) = watch::channel(Switched::Off);
    let strobe = Strobe { file };
    tokio::spawn(async move {
        while wanted.changed().await.is_ok() {
            let to = *wanted.borrow_and_update();
            if let Err(why) = strobe.switch(to).await {
                warn!(%why, "the relay that shows a call for help was not switched");
            }
        }
    });
    switch
}

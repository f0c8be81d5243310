//! A letter to the mail server of the house (RFC 5321), with the password it wants (RFC 4954), over TLS (RFC 8314, RFC 3207).

use std::time::Duration;

use account::Secret;
use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

/// One step of the conversation.
const STEP: Duration = Duration::from_secs(10);
/// A whole letter.
const LETTER: Duration = Duration::from_secs(30);

/// Where letters are handed in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Server {
    /// Its host name, which it must prove to be where that is closed.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether others can read along.
    pub closed: Closed,
    /// Name and password, when it wants them.
    pub login: Option<(String, Secret)>,
}

/// Whether others can read along.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Closed {
    /// TLS from the first byte; usually port 465.
    FromTheStart,
    /// TLS before anything is said that matters; usually port 587.
    BeforeLogin,
    /// Not at all: for a server in the same box or house.
    Never,
}

/// Somebody's address.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Address(Mailbox);

/// Not an address such as `Sicherheit <safety@example.com>`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("this is no address such as safety@example.com")]
pub struct AddressRefused;

impl std::str::FromStr for Address {
    type Err = AddressRefused;

    fn from_str(text: &str) -> Result<Self, AddressRefused> {
        text.parse().map(Self).map_err(|_| AddressRefused)
    }
}

/// What is told.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// Lines of text.
    pub text: String,
}

/// Why a letter was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MailFailed {
    /// The box's: it cannot be written, or no authorities are known to trust.
    #[error("the letter cannot be written: {0}")]
    Ours(String),
    /// The mail server's or the network's.
    #[error("the mail server does not take it: {0}")]
    Server(String),
    /// The mail server's or the network's: nothing came back in time.
    #[error("the mail server does not answer in time")]
    Silent,
}

/// Hands letters in.
#[derive(Debug)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
    to: Vec<Address>,
}

impl Mailer {
    /// Letters from this address to these, over this server. Nothing is said to it yet.
    ///
    /// # Errors
    /// When the system knows no authorities that could vouch for the server.
    pub fn new(server: &Server, from: Address, to: Vec<Address>) -> Result<Self, MailFailed> {
        let proof =
            || TlsParameters::new(server.host.clone()).map_err(|why| MailFailed::Ours(why.to_string()));
        let tls = match server.closed {
            Closed::FromTheStart => Tls::Wrapper(proof()?),
            Closed::BeforeLogin => Tls::Required(proof()?),
            Closed::Never => Tls::None,
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host.as_str());
        let builder = builder.port(server.port).tls(tls).timeout(Some(STEP));
        let builder = match &server.login {
            Some((name, password)) => {
                builder.credentials(Credentials::new(name.clone(), password.expose().to_owned()))
            }
            None => builder,
        };
        Ok(Self { transport: builder.build(), from, to })
    }

    /// Comes back once the server has it, or says why not; within half a minute either way.
    ///
    /// # Errors
    /// [`MailFailed`] says whose fault it is.
    pub async fn send(&self, letter: &Letter) -> Result<(), MailFailed> {
        let builder = Message::builder().from(self.from.0.clone()).subject(one_line(&letter.subject));
        let builder = self.to.iter().fold(builder, |builder, to| builder.to(to.0.clone()));
        let builder = builder.header(ContentType::TEXT_PLAIN);
        let message = builder.body(letter.text.clone()).map_err(|why| MailFailed::Ours(why.to_string()))?;
        match tokio::time::timeout(LETTER, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(why)) if why.is_timeout() => Err(MailFailed::Silent),
            Ok(Err(why)) => Err(MailFailed::Server(why.to_string())),
            Err(_) => Err(MailFailed::Silent),
        }
    }

    /// Whether the server lets us in, with the password it wants; nothing is handed in. Comes back within half a minute.
    ///
    /// # Errors
    /// [`MailFailed`] says whose fault it is.
    pub async fn reaches(&self) -> Result<(), MailFailed> {
        match tokio::time::timeout(LETTER, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(MailFailed::Server("it hangs up".to_owned())),
            Ok(Err(why)) if !why.is_timeout() => Err(MailFailed::Server(why.to_string())),
            Ok(Err(_)) | Err(_) => Err(MailFailed::Silent),
        }
    }
}

/// A subject cannot end the head of a letter early.
fn one_line(text: &str) -> String {
    text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect()
}

#[cfg(test)]
mod tests;

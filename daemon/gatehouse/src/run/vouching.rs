//! People whom other houses vouch for, on their way in: which questions are out, and what the answers mean here.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use account::Secret;
use cloud::{Asked, Issuer, IssuerConfig, Limits, SignInFailed};
use rustls::RootCertStore;
use tokio::time::Instant;
use tracing::warn;
use web::view::Sentence;
use web::{Begun, Elsewhere};

use crate::config::{Claim, Config, SignIn};

/// Somebody who went to an issuer's page is waited for this long.
const PATIENCE: Duration = Duration::from_secs(600);
/// Questions that are out; the oldest makes room.
const MOST: usize = 64;
/// Whoever waits at the door waits no longer for an issuer.
const DEADLINE: Duration = Duration::from_secs(10);

/// Every house that may vouch.
#[derive(Default)]
pub(crate) struct Vouching {
    shown: Vec<Elsewhere>,
    issuers: Vec<(SignIn, Issuer)>,
    asked: Mutex<HashMap<String, Waiting>>,
}

/// A question that is out: at which house, until when.
struct Waiting {
    name: String,
    asked: Asked,
    until: Instant,
}

impl Vouching {
    /// Houses that cannot be used as configured are left out and named in the log.
    pub(crate) fn new(config: &Config) -> Self {
        let mut this = Self::default();
        for house in &config.sign_in {
            match issuer(house, config) {
                Ok(issuer) => {
                    this.shown.push(Elsewhere { name: house.name.clone(), title: house.title.clone() });
                    this.issuers.push((house.clone(), issuer));
                }
                Err(why) => warn!(house = house.name, why, "nobody can sign in over this house"),
            }
        }
        this
    }

    pub(crate) fn houses(&self) -> &[Elsewhere] {
        &self.shown
    }

    pub(crate) async fn begin(&self, name: String) -> Result<Begun, Sentence> {
        let (_, issuer) = self.issuers.iter().find(|(house, _)| house.name == name).ok_or_else(stranger)?;
        let mut randomness = [0; 96];
        getrandom::fill(&mut randomness).map_err(|_| stranger())?;
        let asked = issuer.begin(&randomness).await.map_err(|why| said(&name, why))?;
        let begun = Begun { address: asked.address.clone(), state: asked.state().to_owned() };
        let now = Instant::now();
        let mut all = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, waiting| waiting.until > now);
        if all.len() >= MOST {
            let oldest = all.iter().min_by_key(|(_, waiting)| waiting.until).map(|(state, _)| state.clone());
            oldest.and_then(|oldest| all.remove(&oldest));
        }
        all.insert(begun.state.clone(), Waiting { name, asked, until: now + PATIENCE });
        Ok(begun)
    }

    /// A question is spent with its first answer, whatever comes of it.
    pub(crate) async fn end(&self, state: String, query: String) -> Result<String, Sentence> {
        let waiting = self.asked.lock().unwrap_or_else(PoisonError::into_inner).remove(&state);
        let waiting = waiting.filter(|waiting| waiting.until > Instant::now()).ok_or_else(stranger)?;
        let found = self.issuers.iter().find(|(house, _)| house.name == waiting.name);
        let (house, issuer) = found.ok_or_else(stranger)?;
        let person = issuer.redeem(&waiting.asked, &query).await.map_err(|why| said(&house.name, why))?;
        let name = match house.claim {
            Claim::Email => person.email,
            Claim::Login => person.login,
            Claim::Subject => Some(person.subject),
        };
        name.ok_or_else(|| {
            Sentence::new(
                "Das andere Haus bürgt nicht für Ihre Adresse, und daran würde man Sie hier erkennen.",
                "The other house does not vouch for your address, by which you would be known here.",
            )
        })
    }
}

fn issuer(house: &SignIn, config: &Config) -> Result<Issuer, String> {
    let read = |path: &std::path::PathBuf| {
        let line = std::fs::read_to_string(path).map_err(|fault| format!("{}: {fault}", path.display()))?;
        Ok::<_, String>(Secret::new(line.trim().to_owned()))
    };
    let secret = house.secret_file.as_ref().map(read).transpose()?;
    let authorities = config.cloud.authorities.as_deref().map(certificates::authorities).transpose();
    let authorities =
        authorities.map_err(|refused| refused.to_string())?.unwrap_or_else(RootCertStore::empty);
    let limits = Limits { deadline: DEADLINE, ..Limits::default() };
    let known = IssuerConfig {
        issuer: house.issuer.clone(),
        client: house.client.clone(),
        secret,
        redirect: house.redirect.clone(),
        private: house.private,
    };
    Issuer::new(known, &limits, authorities).map_err(|refused| refused.to_string())
}

fn stranger() -> Sentence {
    Sentence::new(
        "Das ist keine Antwort auf eine Anmeldung, die hier begann. Bitte noch einmal anmelden.",
        "This is no answer to a sign-in that began here. Please sign in again.",
    )
}

/// For the person at the door; the admin reads more in the log.
fn said(house: &str, why: SignInFailed) -> Sentence {
    warn!(house, %why, "somebody could not sign in over this house");
    match why {
        SignInFailed::Stranger => stranger(),
        SignInFailed::Refused => {
            Sentence::new("Das andere Haus hat Sie nicht angemeldet.", "The other house did not sign you in.")
        }
        SignInFailed::Client | SignInFailed::Misled => Sentence::new(
            "Diese Anmeldung ist nicht richtig eingerichtet; das Protokoll der Box nennt den Grund.",
            "This way of signing in is not set up properly; the box's log names the reason.",
        ),
        SignInFailed::Unbelievable(doubt) => Sentence::new(
            format!("Der Antwort des anderen Hauses ist nicht zu trauen ({doubt})."),
            format!("The other house's answer cannot be believed: {doubt}."),
        ),
        SignInFailed::Unanswered(_) => Sentence::new(
            "Das andere Haus antwortet nicht. Mit Passwort oder Passkey geht es auch ohne.",
            "The other house does not answer. Password or passkey work without it.",
        ),
    }
}

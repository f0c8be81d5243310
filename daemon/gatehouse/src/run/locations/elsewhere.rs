//! Outside Germany: where the network says that the house stands (HELD), and which control centre is competent there (LoST).
//!
//! Asked ahead, before an answer expires and whenever the default place changes; what was found is shown, and no call waits for it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use elsewhere::{AskFailed, Asker, Competent, Expires, Where};
use emergency::Civic;
use serde_json::{Value, json};
use tokio::sync::watch;
use tracing::warn;

use crate::config::LocationServers;

/// How long an answer serves at most, and how long a silent server is left alone.
const EVERY: Duration = Duration::from_secs(6 * 3600);
const AGAIN: Duration = Duration::from_secs(600);

/// What the servers said last.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Found {
    here: Option<Where>,
    centre: Option<Competent>,
    failed: Option<String>,
}

/// The servers, and what they said.
#[derive(Debug, Default)]
pub(super) struct Elsewhere(Option<(watch::Sender<Civic>, watch::Receiver<Arc<Found>>)>);

impl Elsewhere {
    /// Begins to ask, where there is a server to ask. Must be called within a runtime.
    pub(super) fn start(servers: &LocationServers) -> Self {
        let asker = |address: &Option<String>| address.as_deref().and_then(|it| Asker::new(it).ok());
        let (held, lost) = (asker(&servers.held), asker(&servers.lost));
        if held.is_none() && lost.is_none() {
            return Self(None);
        }
        let (place, places) = watch::channel(Civic::default());
        let (tell, told) = watch::channel(Arc::default());
        tokio::spawn(ask_for_ever((held, lost), places, tell));
        Self(Some((place, told)))
    }

    /// The place that is assumed where nothing is known, from now on.
    pub(super) fn place(&self, civic: Civic) {
        let Some((place, _)) = &self.0 else { return };
        place.send_if_modified(|known| {
            let is_new = *known != civic;
            *known = civic;
            is_new
        });
    }

    /// As page and command line read it; nothing where no server is asked.
    pub(super) fn shown(&self) -> Option<Value> {
        let found = Arc::clone(&self.0.as_ref()?.1.borrow());
        let here = found.here.as_ref().map(|Where { civic, by_reference }| {
            json!({ "country": civic.country, "town": civic.town, "street": civic.street,
                "house_number": civic.house_number, "postcode": civic.postcode, "by_reference": by_reference })
        });
        let now = SystemTime::now();
        let centre =
            found.centre.as_ref().filter(|centre| holds(centre, now)).map(
                |centre| json!({ "name": centre.name, "reached": centre.reached, "number": centre.number }),
            );
        Some(json!({ "here": here, "centre": centre, "failed": found.failed }))
    }
}

type Askers = (Option<Asker>, Option<Asker>);

async fn ask_for_ever(askers: Askers, mut places: watch::Receiver<Civic>, tell: watch::Sender<Arc<Found>>) {
    let mut before = (Civic::default(), Found::default());
    loop {
        let place = places.borrow_and_update().clone();
        let known = if before.0 == place { before.1 } else { Found::default() };
        let found = ask(&askers, &place, known).await;
        tell.send_replace(Arc::new(found.clone()));
        let pause = pause(&found, SystemTime::now());
        before = (place, found);
        tokio::select! {
            changed = places.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// The place that the network names is asked about, else the house's own. What a silent server said before counts until it expires.
async fn ask((held, lost): &Askers, place: &Civic, known: Found) -> Found {
    let mut found = Found { failed: None, ..known };
    let failed = |server: &str, why: AskFailed| {
        warn!(server, %why, "a server for emergency calls outside Germany");
        Some(format!("{server}: {why}"))
    };
    if let Some(held) = held {
        match held.located().await {
            Ok(here) => found.here = Some(here),
            Err(why) => found.failed = failed("held", why),
        }
    }
    let named = found.here.as_ref().map(|here| &here.civic).filter(|civic| civic.country.is_some());
    if let Some(lost) = lost {
        match lost.competent(named.unwrap_or(place)).await {
            Ok(centre) => found.centre = Some(centre),
            Err(why) => found.failed = failed("lost", why),
        }
    }
    found
}

/// Half of what is left, so that an answer is renewed before it expires.
fn pause(found: &Found, now: SystemTime) -> Duration {
    let left = match found.centre.as_ref().map(|centre| centre.expires) {
        _ if found.failed.is_some() => return AGAIN,
        Some(Expires::At(end)) => end.duration_since(now).unwrap_or_default(),
        Some(Expires::AtOnce) => Duration::ZERO,
        Some(Expires::Never) | None => EVERY * 2,
    };
    (left / 2).clamp(AGAIN, EVERY)
}

/// An answer for this once is shown until the next.
fn holds(centre: &Competent, now: SystemTime) -> bool {
    match centre.expires {
        Expires::At(end) => end > now,
        Expires::AtOnce | Expires::Never => true,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use elsewhere::{Competent, Expires};

    use super::{AGAIN, EVERY, Found, holds, pause};

    #[test]
    fn an_answer_is_renewed_before_it_expires_and_none_is_believed_longer() {
        let now = SystemTime::UNIX_EPOCH + EVERY;
        let centre = |expires| Competent { name: None, reached: vec![], number: None, expires };
        let end = |after| Expires::At(now + after);
        let hour = Duration::from_secs(3600);
        for (expires, expected) in [
            (end(2 * hour), hour),
            (end(100 * hour), EVERY),
            (end(Duration::ZERO), AGAIN),
            (Expires::At(SystemTime::UNIX_EPOCH), AGAIN),
            (Expires::AtOnce, AGAIN),
            (Expires::Never, EVERY),
        ] {
            let found = Found { centre: Some(centre(expires)), ..Found::default() };
            assert_eq!(pause(&found, now), expected, "{expires:?}");
            let silent = Found { failed: Some(String::new()), ..found };
            assert_eq!(pause(&silent, now), AGAIN);
        }
        assert!(holds(&centre(end(hour)), now) && !holds(&centre(end(hour)), now + hour));
    }
}

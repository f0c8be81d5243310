//! A certificate that everybody trusts, for names that the admin owns: fetched, shown, renewed, for ever.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use acme::{OrderFailed, Public, Tsig, order};
use certificates::Certificates;
use rustls::RootCertStore;
use tokio::sync::mpsc;
use tokio::time::sleep;
use tracing::{info, warn};

use super::exchange::News;
use super::notices::Notices;
use crate::config::{Acme, Config};

/// Whoever starts again and again asks nobody.
const FIRST: Duration = Duration::from_secs(5);
/// After a failure; each further one doubles it. Authorities take five vain proofs an hour.
const AGAIN: Duration = Duration::from_secs(20 * 60);
const AT_MOST: Duration = Duration::from_secs(24 * 60 * 60);
/// How often the calendar is looked at: the clock may be set.
const ROUND: Duration = Duration::from_secs(60 * 60);

/// Fetches and shows the certificate, where the admin wants one.
pub(super) async fn keep(
    config: Config,
    certificates: Arc<Certificates>,
    notices: Notices,
    news: mpsc::Sender<News>,
) {
    let Some(wanted) = &config.acme else { return };
    let folder = config.data.join("tls");
    let show = async |public: Option<&Public>| {
        let names = public.map(|public| Arc::clone(public.names())).unwrap_or_default();
        if certificates.issued(&names, public.map(Public::key)) {
            // An error means that the thread has ended already.
            let _ = news.send(News::Called(certificates.names().to_vec())).await;
        }
    };
    let mut kept = Public::kept(&folder, wanted.plan.names());
    let (mut pause, mut not_before) = (AGAIN, Instant::now() + FIRST);
    loop {
        let (now, wait) = (SystemTime::now(), not_before.saturating_duration_since(Instant::now()));
        let counts = kept.as_ref().filter(|kept| kept.counts(now));
        show(counts).await;
        let early = kept.as_ref().and_then(|kept| kept.due().duration_since(now).ok()).unwrap_or_default();
        if !early.max(wait).is_zero() {
            sleep(early.max(wait).min(ROUND)).await;
            continue;
        }
        match fetched(wanted, &folder).await {
            Ok(public) => {
                let until = web::rfc3339(public.until());
                info!(names = ?public.names(), until, "everybody trusts the box's certificate");
                notices.public_name(None);
                (kept, pause) = (Some(public), AGAIN);
            }
            Err(failed) => {
                warn!(%failed, "no public certificate");
                let until = counts.map(|kept| web::rfc3339(kept.until()));
                notices.public_name(Some((&failed, until.as_deref())));
                not_before = Instant::now() + pause;
                pause = (pause * 2).min(AT_MOST);
            }
        }
    }
}

async fn fetched(wanted: &Acme, folder: &std::path::Path) -> Result<Public, OrderFailed> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(file) = &wanted.authorities {
        let own =
            certificates::authorities(file).map_err(|refused| OrderFailed::Silent(refused.to_string()))?;
        roots.roots.extend(own.roots);
    }
    order(&wanted.plan, &key(wanted)?, roots, folder).await
}

/// The key for changes of the zone, read anew each time: it may have been replaced.
fn key(wanted: &Acme) -> Result<Tsig, OrderFailed> {
    let file = &wanted.key_file;
    let unreadable = |fault: std::io::Error| OrderFailed::Key(format!("{}: {fault}", file.display()));
    let text = std::fs::read_to_string(file).map_err(unreadable)?;
    wanted
        .plan
        .key(&text)
        .map_err(|refused| OrderFailed::Key(format!("{}: {refused} is wanted", file.display())))
}

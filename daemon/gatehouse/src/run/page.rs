//! The page: opened last, once phones can call, and closed with the box.

use std::sync::Arc;
use std::time::Duration;

use certificates::Certificates;
use tokio::sync::{oneshot, watch};
use tracing::warn;

use super::vault::StoreVault;
use super::{RunFailed, mirroring};
use crate::config::Config;
use crate::place::Place;

/// A set-up code that is not made by then is told when it is; the page opens before.
const OFFERED_WITHIN: Duration = Duration::from_secs(1);

/// The open page.
pub(super) struct Page {
    serving: web::Serving,
    close: oneshot::Sender<()>,
}

impl Page {
    pub(super) async fn open(
        config: web::Config,
        store: &Arc<store::Store>,
        view: watch::Receiver<Arc<web::View>>,
        metrics: web::Metrics,
        desk: mirroring::Desk,
    ) -> Result<Self, RunFailed> {
        let sources = web::Sources {
            view,
            vault: Arc::new(StoreVault::new(Arc::clone(store))),
            metrics: Arc::new(metrics),
            clock: Arc::new(web::SystemClock),
            commands: Arc::new(desk),
        };
        let offered = tokio::spawn(offer_setup(Arc::clone(&sources.vault)));
        // Who waits for a database that is locked may wait long; phones can call already.
        let _ = tokio::time::timeout(OFFERED_WITHIN, offered).await;
        let (close, closing) = oneshot::channel();
        let serving = web::serve(config, sources, async { drop(closing.await) }).await?;
        announce(&serving);
        Ok(Self { serving, close })
    }

    pub(super) async fn close(self) {
        drop(self.close);
        self.serving.ended().await;
    }
}

pub(super) fn config(config: &Config, place: &Place, certificates: &Arc<Certificates>) -> web::Config {
    web::Config {
        https: config.web.https,
        http: Some(config.web.http),
        socket: Some(place.socket()),
        certificates: Arc::clone(certificates),
    }
}

/// The one word that lets the installer in goes to the console and nowhere else: not to the log, not to the journal.
async fn offer_setup(vault: Arc<dyn web::Vault>) {
    match web::offer_setup(&*vault).await {
        Ok(Some(code)) => console(&format!("set-up code: {}", code.reveal())),
        Ok(None) => {}
        Err(fault) => warn!(%fault, "no set-up code could be made"),
    }
}

fn announce(page: &web::Serving) {
    let host =
        if page.https.ip().is_unspecified() { "localhost".to_owned() } else { page.https.ip().to_string() };
    console(&format!("page: https://{host}:{}/", page.https.port()));
    console(&format!("root certificate: {}", page.fingerprint));
}

#[expect(clippy::print_stdout, reason = "the console is who this is for")]
fn console(line: &str) {
    println!("{line}");
}

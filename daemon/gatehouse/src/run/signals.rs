//! The signals that end or reload the box, and what they have to wait for.

use std::sync::Arc;

use switchboard::Picture;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tracing::warn;

use super::exchange::News;
use super::{Ended, staying};
use crate::config::Config;

/// All of them.
pub(super) struct Stop {
    end: End,
    hangup: Signal,
}

/// Those that end it.
struct End {
    terminate: Signal,
    interrupt: Signal,
    again: Signal,
    /// Turns true once another state counts.
    restored: watch::Receiver<bool>,
}

impl Stop {
    pub(super) fn new() -> std::io::Result<Self> {
        let end = End {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            again: signal(SignalKind::user_defined1())?,
            restored: watch::channel(false).1,
        };
        Ok(Self { end, hangup: signal(SignalKind::hangup())? })
    }

    /// Comes back when the box is to stop, for good or to be started again (`RestartKillSignal=` of the unit). A hang-up
    /// re-reads the configuration. None of it while somebody calls for help, but a second signal is heeded.
    pub(super) async fn wait(
        &mut self,
        (config, pictures): (&Config, &watch::Receiver<Arc<Picture>>),
        (news, restored): (&mpsc::Sender<News>, watch::Receiver<bool>),
        reloading: impl AsyncFn(Config),
    ) -> Ended {
        self.end.restored = restored;
        let ended = loop {
            if let Some(ended) = self.is_to_end(pictures, news).await {
                break ended;
            }
            if let Some(wanted) = crate::reload::reload(config) {
                reloading(wanted).await;
            }
        };
        tokio::select! {
            () = staying::nobody_calls_for_help(pictures, "the end") => ended,
            again = self.end.comes(pictures) => {
                warn!("the box ends although somebody may need help");
                again
            }
            () = news.closed() => Ended::ForGood,
        }
    }

    /// Waits for what comes first: the end, or the time to reload.
    async fn is_to_end(
        &mut self,
        pictures: &watch::Receiver<Arc<Picture>>,
        news: &mpsc::Sender<News>,
    ) -> Option<Ended> {
        tokio::select! {
            ended = self.end.comes(pictures) => return Some(ended),
            () = news.closed() => return Some(Ended::ForGood),
            _ = self.hangup.recv() => {}
        }
        tokio::select! {
            () = staying::nobody_calls_for_help(pictures, "the new configuration") => None,
            ended = self.end.comes(pictures) => Some(ended),
        }
    }
}

impl End {
    async fn comes(&mut self, pictures: &watch::Receiver<Arc<Picture>>) -> Ended {
        tokio::select! {
            _ = self.terminate.recv() => Ended::ForGood,
            _ = self.interrupt.recv() => Ended::ForGood,
            _ = self.again.recv() => Ended::ToStartAgain,
            () = quiet_and_restored(&mut self.restored, pictures.clone()) => Ended::ToBegin,
        }
    }
}

/// Comes back when another state counts and nobody talks.
async fn quiet_and_restored(
    restored: &mut watch::Receiver<bool>,
    mut pictures: watch::Receiver<Arc<Picture>>,
) {
    let counts = restored.wait_for(|restored| *restored).await.is_ok();
    let quiet = pictures.wait_for(|picture| picture.calls.is_empty()).await.is_ok();
    if !(counts && quiet) {
        // Nobody is left to say so; other signals end the box.
        std::future::pending::<()>().await;
    }
}

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
}

impl Stop {
    pub(super) fn new() -> std::io::Result<Self> {
        let end = End {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            again: signal(SignalKind::user_defined1())?,
        };
        Ok(Self { end, hangup: signal(SignalKind::hangup())? })
    }

    /// Comes back when the box is to stop, for good or to be started again (`RestartKillSignal=` of the unit). A hang-up
    /// re-reads the configuration. None of it while somebody calls for help, but a second signal is heeded.
    pub(super) async fn wait(
        &mut self,
        (config, pictures): (&Config, &watch::Receiver<Arc<Picture>>),
        news: &mpsc::Sender<News>,
        reloading: impl AsyncFn(Config),
    ) -> Ended {
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
            again = self.end.comes() => {
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
            ended = self.end.comes() => return Some(ended),
            () = news.closed() => return Some(Ended::ForGood),
            _ = self.hangup.recv() => {}
        }
        tokio::select! {
            () = staying::nobody_calls_for_help(pictures, "the new configuration") => None,
            ended = self.end.comes() => Some(ended),
        }
    }
}

impl End {
    async fn comes(&mut self) -> Ended {
        tokio::select! {
            _ = self.terminate.recv() => Ended::ForGood,
            _ = self.interrupt.recv() => Ended::ForGood,
            _ = self.again.recv() => Ended::ToStartAgain,
        }
    }
}

//! A test while it lasts: the providers are asked, and calls stand whose voice is listened to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use account::Credentials;
use sip::seed::Seed;
use switchboard::Picture;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{interval, timeout};

use super::super::exchange::News;
use super::LENGTH;
use super::telephone::{NotCalled, Telephone};
use super::verdict::{Cut, Measured};
use super::voice::{Figures, Heard, Voice};

/// Between two questions to the providers.
const ASK: Duration = Duration::from_millis(500);
/// Ringing, late packets, goodbyes.
const MORE: Duration = Duration::from_secs(10);

/// A test that may begin.
pub(super) struct Test {
    /// Where telephones reach the box.
    pub house: SocketAddr,
    /// As whom it calls.
    pub login: Credentials,
    /// Whom, if there is anybody who says back what he hears.
    pub echo: Option<String>,
    /// How often at once.
    pub calls: u16,
}

impl Test {
    /// Measures until everything is known, `stop` is told, or somebody calls for help.
    pub(super) async fn run(
        self,
        news: &mpsc::Sender<News>,
        pictures: &watch::Receiver<Arc<Picture>>,
        stop: &Notify,
    ) -> Measured {
        let calls = if self.echo.is_some() { self.calls } else { 0 };
        let mut measured = Measured { calls, ..Measured::default() };
        let (end, ended) = watch::channel(());
        let mut voices = JoinSet::new();
        for _ in 0..calls {
            let (house, login, ended) = (self.house, self.login.clone(), ended.clone());
            let echo = self.echo.clone().unwrap_or_default();
            voices.spawn(async move { listened((house, login), &echo, ended).await });
        }
        measured.cut_short = tokio::select! {
            () = ask_providers(news, pictures, &mut measured) => None,
            () = stop.notified() => Some(Cut::Stopped),
            () = called_for_help(pictures.clone()) => Some(Cut::Help),
        };
        if measured.cut_short.is_some() {
            drop(end);
        }
        if timeout(MORE, take_in(&mut voices, &mut measured)).await.is_err() {
            measured.refused.get_or_insert_with(|| NotCalled::Silent.to_string());
        }
        measured
    }
}

/// Takes in what became of each call, until all have ended.
async fn take_in(voices: &mut JoinSet<Result<Figures, NotCalled>>, measured: &mut Measured) {
    while let Some(voice) = voices.join_next().await {
        match voice {
            Ok(Ok(figures)) => measured.voice.push(figures),
            Ok(Err(why)) => measured.refused = Some(why.to_string()),
            Err(_) => {}
        }
    }
}

/// Asks the providers again and again how long they take, for the length of a test.
async fn ask_providers(
    news: &mpsc::Sender<News>,
    pictures: &watch::Receiver<Arc<Picture>>,
    measured: &mut Measured,
) {
    let (end, mut turn) = (Instant::now() + LENGTH, interval(ASK));
    turn.tick().await;
    while Instant::now() < end {
        // An error means that the box is shutting down.
        let _ = news.send(News::Measure).await;
        turn.tick().await;
        let picture = Arc::clone(&pictures.borrow());
        let up = picture.lines.iter().filter(|line| line.health.is_up());
        // Lines share their ways: one answer counts once.
        let mut counted = Vec::new();
        for (server, took) in up.filter_map(|line| line.peer.zip(line.round_trip)) {
            if !counted.contains(&server) {
                counted.push(server);
                measured.servers.entry(server).or_default().push(took);
            }
        }
    }
}

/// Comes back when somebody calls for help.
async fn called_for_help(mut pictures: watch::Receiver<Arc<Picture>>) {
    let calls = |picture: &Arc<Picture>| picture.stays_until(Instant::now()).is_some();
    if pictures.wait_for(calls).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// One call, from the first ring to goodbye.
async fn listened(
    (house, login): (SocketAddr, Credentials),
    echo: &str,
    mut ended: watch::Receiver<()>,
) -> Result<Figures, NotCalled> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|fault| NotCalled::Socket(std::io::Error::other(fault)))?;
    let mut seed = Seed::new(key);
    let voice = Voice::at(house.ip()).await?;
    let mut heard = Heard::new(u32::from_be_bytes(seed.bytes()));
    let mut telephone = Telephone::new(house, login, seed).await?;
    let call = telephone.call(echo, voice.address()?).await?;
    let there = tokio::select! {
        talked = voice.talk(call.voice, LENGTH, &mut heard) => talked.map(|()| true)?,
        gone = telephone.hung_up(&call) => gone.map(|()| false)?,
        // Nobody says anything over it: it ends with the test.
        _ = ended.changed() => true,
    };
    if there {
        telephone.hangs_up(call).await?;
    }
    Ok(heard.figures())
}

//! A real call to 110 or 112 for testing: two people arm the box through the page, the API or the command line.
//!
//! ```text
//!   who wants what ──> switchboard: the appointment ──> pictures ──> a notice everywhere, and a deed when it ended by itself
//! ```

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use emergency::Commissioned;
use emergency::appointment::{ArmRefused, End, Stage, Wish};
use serde_json::{Value, json};
use switchboard::{Picture, TestCallNow};
use tokio::sync::{mpsc, oneshot, watch};
use tracing::warn;
use web::view::Sentence;
use web::{Act, Deed, TestCallAsk, Vault as _};

use super::super::records::said;
use super::super::vault::StoreVault;
use super::super::viewing::wall;
use crate::run::exchange::News;
use crate::run::notices::Notices;

/// What the switchboard is to do, and for whom; nothing only looks.
pub(crate) type Wanted = Option<(Wish, String)>;
/// What it says to that.
pub(crate) type Answer = oneshot::Sender<Result<TestCallNow, ArmRefused>>;

/// Who asks for test calls.
#[derive(Clone)]
pub(crate) struct TestCalls(mpsc::Sender<News>);

impl TestCalls {
    pub(super) const fn new(news: mpsc::Sender<News>) -> Self {
        Self(news)
    }

    /// Does what somebody wants; how it stands after that.
    pub(crate) async fn ask(&self, ask: TestCallAsk) -> Result<Value, Sentence> {
        let wanted = match ask {
            TestCallAsk::Shown => None,
            TestCallAsk::Arm { who } => Some((Wish::Arm, who)),
            TestCallAsk::Confirm { who } => Some((Wish::Confirm, who)),
            TestCallAsk::Disarm { who } => Some((Wish::Disarm, who)),
        };
        let (answer, answered) = oneshot::channel();
        let ends = || Sentence::new("Die Box wird gerade beendet.", "The box is shutting down.");
        self.0.send(News::TestCall(wanted, answer)).await.map_err(|_| ends())?;
        answered.await.map_err(|_| ends())?.map(|now| shown(&now)).map_err(refusal)
    }
}

/// Says everywhere that the box is armed, and writes down what ended by itself, until the box stops.
pub(super) async fn watch_over(
    mut pictures: watch::Receiver<Arc<Picture>>,
    vault: StoreVault,
    notices: Notices,
) {
    let mut known = (None, None);
    loop {
        let TestCallNow { stage, ended, .. } = pictures.borrow_and_update().test_call.clone();
        if stage != known.0 {
            notices.test_call(stage.as_ref().map(|stage| (stage, said(wall(stage.until())))));
        }
        if let Some(deed) = ended.filter(|_| ended != known.1).and_then(by_itself)
            && let Err(why) = vault.note(deed).await
        {
            warn!(%why, "the end of a test call could not be written down");
        }
        known = (stage, ended);
        if pictures
            .wait_for(|now| (&now.test_call.stage, now.test_call.ended) != (&known.0, known.1))
            .await
            .is_err()
        {
            return;
        }
    }
}

/// What nobody did by hand; that is written down where it was done.
fn by_itself((at, how): (Instant, End)) -> Option<Deed> {
    let act = match how {
        End::Called => Act::TestCallLeft,
        End::NotConfirmed | End::TimeUp => Act::TestCallOver,
        End::Disarmed => return None,
    };
    let at: SystemTime = wall(at);
    Some(Deed { at, who: "gatehouse".to_owned(), from: String::new(), act, about: String::new() })
}

fn shown(now: &TestCallNow) -> Value {
    let (state, by, confirmed) = match &now.stage {
        _ if now.commissioned == Commissioned::Yes => ("commissioned", None, None),
        None => ("closed", None, None),
        Some(Stage::Asked { by, .. }) => ("asked", Some(by), None),
        Some(Stage::Armed { by, confirmed, .. }) => ("armed", Some(by), Some(confirmed)),
    };
    let until = now.stage.as_ref().map(|stage| said(wall(stage.until())));
    let ended = now.ended.map(|(at, how)| json!({"at": said(wall(at)), "how": end_word(how)}));
    json!({
        "schema": "test-call/1", "state": state, "by": by, "confirmed": confirmed, "until": until, "ended": ended,
    })
}

const fn end_word(how: End) -> &'static str {
    match how {
        End::Called => "called",
        End::NotConfirmed => "not_confirmed",
        End::TimeUp => "time_up",
        End::Disarmed => "disarmed",
    }
}

fn refusal(why: ArmRefused) -> Sentence {
    match why {
        ArmRefused::Commissioned => Sentence::new(
            "Die Box ist in Betrieb genommen: 110 und 112 gehen hinaus, es gibt nichts scharfzustellen.",
            "The box is commissioned: 110 and 112 leave the house, so there is nothing to arm.",
        ),
        ArmRefused::UnderWay => Sentence::new(
            "Ein Probeanruf ist schon beantragt oder scharfgestellt.",
            "A test call is asked for or armed already.",
        ),
        ArmRefused::NotAsked => Sentence::new(
            "Niemand hat in den letzten 15 Minuten einen Probeanruf beantragt.",
            "Nobody has asked for a test call in the last 15 minutes.",
        ),
        ArmRefused::SamePerson => Sentence::new(
            "Bestätigen muss eine zweite Person, an ihrem eigenen Zugang.",
            "A second person has to confirm, signed in as themselves.",
        ),
    }
}

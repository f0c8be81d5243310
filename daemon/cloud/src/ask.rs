//! One question, until it is answered: its pages, one retry for what may pass, and the pauses the cloud asks for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mirror::{Failure, Outcome, Source};
use serde_json::Value;
use tokio::time::{Instant, sleep, sleep_until};

use crate::client::Shared;
use crate::get::Reply;
use crate::page::{Turn, turn};
use crate::questions::{Question, Rule, Way};

/// How often one request waits for the cloud to have time before its question is given up.
const PATIENCE: u32 = 5;

/// No pause is longer, whatever the cloud asks for.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What came of one question.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) pages: Vec<(Source, Value)>,
    pub(crate) outcome: Outcome,
    /// The interfaces that need not be asked again: they do not have it, or the newer one broke twice.
    pub(crate) spent: Vec<Source>,
    /// One interface failed where another answered.
    pub(crate) half_told: bool,
}

/// The cloud does not take the credential: every further question would end alike.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Denied;

/// What the requests of one sync have in common.
pub(crate) struct Round {
    client: Arc<Shared>,
    end: Instant,
    pace: Mutex<Pace>,
}

struct Pace {
    /// The cloud asked to be left alone until then.
    not_before: Instant,
    requests: u32,
}

impl Round {
    pub(crate) fn new(client: Arc<Shared>) -> Self {
        let now = Instant::now();
        let end = now + client.limits.whole.min(DAY);
        Self { client, end, pace: Mutex::new(Pace { not_before: now, requests: 0 }) }
    }

    /// How many requests were sent so far.
    pub(crate) fn requests(&self) -> u32 {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner).requests
    }

    /// Asks on the ways the question's rule wants. The last way that has anything decides how it ended.
    pub(crate) async fn ask(&self, question: &Question) -> Result<Answer, Denied> {
        let mut pages = Vec::new();
        let mut ends = Vec::new();
        for way in &question.ways {
            let end = self.walk(way, &mut pages).await?;
            ends.push((way.source, end));
            if question.rule == Rule::FirstThere && end != Outcome::Absent {
                break;
            }
        }
        let there = || ends.iter().map(|(_, end)| *end).filter(|end| *end != Outcome::Absent);
        let outcome = there().next_back().unwrap_or(Outcome::Absent);
        let half_told = outcome == Outcome::Complete && there().any(|end| end != Outcome::Complete);
        let is_spent = |source, end| match end {
            Outcome::Complete => false,
            Outcome::Absent => true,
            Outcome::Failed(_) => source == Source::V3,
        };
        let spent = ends.iter().filter(|(source, end)| is_spent(*source, *end)).map(|(source, _)| *source);
        Ok(Answer { outcome, half_told, spent: spent.collect(), pages })
    }

    async fn walk(&self, way: &Way, pages: &mut Vec<(Source, Value)>) -> Result<Outcome, Denied> {
        let Some(limit) = way.page else {
            return Ok(match self.reply(&way.path, way.source).await? {
                Ok(answer) => {
                    pages.push((way.source, answer));
                    Outcome::Complete
                }
                Err(outcome) => outcome,
            });
        };
        let mut offset = 0;
        for _ in 0..self.client.limits.pages {
            let path = format!("{}?offset={offset}&limit={limit}", way.path);
            let page = match self.reply(&path, way.source).await? {
                Ok(page) => page,
                Err(outcome) => return Ok(outcome),
            };
            let before = pages.last().filter(|_| offset > 0).map(|(_, page)| page);
            match turn(&page, before, offset, limit) {
                Turn::On(count) => offset += count,
                Turn::Last => {
                    pages.push((way.source, page));
                    return Ok(Outcome::Complete);
                }
                Turn::Lost => return Ok(Outcome::Failed(Failure::Unreadable)),
            }
            pages.push((way.source, page));
        }
        Ok(Outcome::Failed(Failure::TooManyPages))
    }

    /// One page, after however many tries are decent.
    async fn reply(&self, path: &str, source: Source) -> Result<Result<Value, Outcome>, Denied> {
        let mut tried = false;
        for _ in 0..PATIENCE {
            if let Err(failure) = self.my_turn().await {
                return Ok(Err(Outcome::Failed(failure)));
            }
            match self.client.get(path).await {
                Reply::Told(page) => return Ok(Ok(page)),
                Reply::Absent => return Ok(Err(Outcome::Absent)),
                // The newer interface takes fewer tokens than the documented one.
                Reply::Denied if source == Source::V3 => return Ok(Err(Outcome::Absent)),
                Reply::Denied => return Err(Denied),
                Reply::Busy(pause) => self.hold(pause.unwrap_or(self.client.limits.pause)),
                Reply::Shaky(_) if !tried => {
                    tried = true;
                    sleep(self.client.limits.pause).await;
                }
                Reply::Shaky(failure) | Reply::Useless(failure) => return Ok(Err(Outcome::Failed(failure))),
            }
        }
        Ok(Err(Outcome::Failed(Failure::RateLimited)))
    }

    /// Waits until the cloud wants to be asked again, and counts the request.
    async fn my_turn(&self) -> Result<(), Failure> {
        loop {
            let now = Instant::now();
            let not_before = self.not_before();
            if now >= self.end {
                return Err(Failure::TooSlow);
            }
            let pause = not_before.saturating_duration_since(now);
            if pause > self.client.limits.longest_pause || not_before >= self.end {
                return Err(Failure::RateLimited);
            }
            if pause.is_zero() {
                self.pace.lock().unwrap_or_else(PoisonError::into_inner).requests += 1;
                return Ok(());
            }
            sleep_until(not_before).await;
        }
    }

    fn not_before(&self) -> Instant {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner).not_before
    }

    /// All questions of this sync wait, since the cloud counts them together.
    fn hold(&self, pause: Duration) {
        let until = Instant::now() + pause.min(DAY);
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        pace.not_before = pace.not_before.max(until);
    }
}

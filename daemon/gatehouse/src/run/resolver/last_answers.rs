//! What name servers said last is known to the next run of the box, which may begin while none answers.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sip::locate::{Answer, Kind, Naptr, Question, Recalled, Records, Srv};
use tokio::sync::watch;

use crate::run::calling_back::seconds;
use crate::run::locations::replace;

/// The file in the data directory.
const FILE: &str = "names.json";
/// A file larger than this is none of ours.
const LARGEST: u64 = 1 << 20;
/// Answers kept; a box knows a handful of providers.
const MOST: usize = 256;
/// How old an answer of an earlier run may be.
const OLDEST: Duration = Duration::from_secs(7 * 24 * 3600);
/// An answer that says what was known already is written down anew after this, so that its age is about right.
const TOLD_AGAIN: Duration = Duration::from_secs(3600);
/// One answer leads to the next question: so long they are gathered before they are written down.
const GATHER: Duration = Duration::from_secs(2);
/// Some names lead elsewhere with every answer; the disk is spared.
const EVERY: Duration = Duration::from_secs(600);

/// The last answers, by question.
#[derive(Debug)]
pub(crate) struct LastAnswers(watch::Sender<HashMap<Question, Said>>);

/// What was said, and when: seconds since 1970.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Said {
    records: Records,
    at: u64,
}

impl LastAnswers {
    /// What earlier runs wrote down; a file that is not there or cannot be read says nothing.
    pub(crate) fn read(data: &Path) -> Self {
        let path = data.join(FILE);
        let small = std::fs::metadata(&path).is_ok_and(|about| about.len() <= LARGEST);
        let text = if small { std::fs::read(&path).ok() } else { None };
        let kept: Vec<Kept> = text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        let now = seconds();
        let young =
            kept.into_iter().take(MOST).map(Kept::said).filter(|(_, said)| said.left(now) > Duration::ZERO);
        Self(watch::Sender::new(young.collect()))
    }

    /// The same for the switchboard, each with the time that it may still be used for.
    pub(crate) fn recalled(&self) -> Vec<Recalled> {
        let now = seconds();
        let recalled = |(question, said): (&Question, &Said)| Recalled {
            question: question.clone(),
            records: said.records.clone(),
            left: said.left(now),
        };
        self.0.borrow().iter().map(recalled).collect()
    }

    /// A name server said this.
    pub(super) fn learn(&self, question: &Question, answer: &Answer) {
        let (records, at) = (&answer.records, seconds());
        self.0.send_if_modified(|known| {
            let same = |said: &Said| said.records == *records && at.abs_diff(said.at) < TOLD_AGAIN.as_secs();
            if known.get(question).is_some_and(same) {
                return false;
            }
            if known.len() >= MOST && !known.contains_key(question) {
                let oldest = known.iter().min_by_key(|(_, said)| said.at).map(|(oldest, _)| oldest.clone());
                oldest.map(|oldest| known.remove(&oldest));
            }
            known.insert(question.clone(), Said { records: records.clone(), at });
            true
        });
    }

    /// Writes down what is learned from now on, for as long as anybody learns.
    pub(crate) fn keep(&self, data: &Path) -> impl Future<Output = ()> + use<> {
        keep(self.0.subscribe(), data.join(FILE))
    }
}

async fn keep(mut known: watch::Receiver<HashMap<Question, Said>>, path: PathBuf) {
    while known.changed().await.is_ok() {
        tokio::time::sleep(GATHER).await;
        let kept: Vec<Kept> = known.borrow_and_update().iter().map(Kept::of).collect();
        let (text, path) = (serde_json::to_vec(&kept).unwrap_or_default(), path.clone());
        // A disk that takes nothing is said elsewhere; this run knows it all the same.
        let _ = tokio::task::spawn_blocking(move || replace(&path, &text)).await;
        tokio::time::sleep(EVERY).await;
    }
}

impl Said {
    /// A clock that was set back makes nothing younger than new.
    fn left(&self, now: u64) -> Duration {
        OLDEST.saturating_sub(Duration::from_secs(now.saturating_sub(self.at)))
    }
}

/// An answer as it is written down.
#[derive(Deserialize, Serialize)]
struct Kept {
    name: String,
    said: Written,
    at: u64,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Written {
    /// Order, preference, flags, service, replacement.
    Naptr(Vec<(u16, u16, String, String, String)>),
    /// Priority, weight, port, target.
    Srv(Vec<(u16, u16, u16, String)>),
    A(Vec<IpAddr>),
    Aaaa(Vec<IpAddr>),
}

impl Kept {
    fn of((question, said): (&Question, &Said)) -> Self {
        let written = match (&said.records, question.kind) {
            (Records::Naptr(all), _) => Written::Naptr(all.iter().cloned().map(written_naptr).collect()),
            (Records::Srv(all), _) => Written::Srv(
                all.iter().cloned().map(|it| (it.priority, it.weight, it.port, it.target)).collect(),
            ),
            (Records::Addresses(all), Kind::Aaaa) => Written::Aaaa(all.clone()),
            (Records::Addresses(all), Kind::A | Kind::Naptr | Kind::Srv) => Written::A(all.clone()),
        };
        Self { name: question.name.clone(), said: written, at: said.at }
    }

    fn said(self) -> (Question, Said) {
        let (kind, mut records) = match self.said {
            Written::Naptr(all) => (Kind::Naptr, Records::Naptr(all.into_iter().map(naptr).collect())),
            Written::Srv(all) => (Kind::Srv, Records::Srv(all.into_iter().map(srv).collect())),
            Written::A(all) => (Kind::A, Records::Addresses(all)),
            Written::Aaaa(all) => (Kind::Aaaa, Records::Addresses(all)),
        };
        records.cut();
        (Question { name: self.name, kind }, Said { records, at: self.at })
    }
}

fn written_naptr(naptr: Naptr) -> (u16, u16, String, String, String) {
    (naptr.order, naptr.preference, naptr.flags, naptr.service, naptr.replacement)
}

fn naptr((order, preference, flags, service, replacement): (u16, u16, String, String, String)) -> Naptr {
    Naptr { order, preference, flags, service, replacement }
}

fn srv((priority, weight, port, target): (u16, u16, u16, String)) -> Srv {
    Srv { priority, weight, port, target }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(name: &str, kind: Kind) -> Question {
        Question { name: name.to_owned(), kind }
    }

    fn answer(records: Records) -> Answer {
        Answer { records, ttl: Duration::from_secs(60) }
    }

    fn addresses(text: &str) -> Answer {
        answer(Records::Addresses(vec![text.parse().unwrap()]))
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_run_knows_every_kind_of_answer_and_how_long_it_is_of_use() {
        let dir = tempfile::tempdir().unwrap();
        let known = LastAnswers::read(dir.path());
        let keeping = tokio::spawn(known.keep(dir.path()));
        let naptr = naptr((10, 20, "s".into(), "SIP+D2U".into(), "_sip._udp.test".into()));
        let all = [
            (question("test", Kind::Naptr), answer(Records::Naptr(vec![naptr]))),
            (
                question("_sip._udp.test", Kind::Srv),
                answer(Records::Srv(vec![srv((1, 2, 5070, "a.test".into()))])),
            ),
            (question("a.test", Kind::A), addresses("192.0.2.1")),
            (question("a.test", Kind::Aaaa), addresses("2001:db8::1")),
            (question("b.test", Kind::Aaaa), answer(Records::Addresses(vec![]))),
        ];
        all.iter().for_each(|(question, answer)| known.learn(question, answer));
        while !dir.path().join(FILE).exists() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        drop(known);
        keeping.await.unwrap();
        let next = LastAnswers::read(dir.path()).recalled();
        assert_eq!(next.len(), all.len());
        for (question, answer) in all {
            let known = next.iter().find(|known| known.question == question).unwrap();
            assert_eq!(known.records, answer.records);
            assert!(known.left > OLDEST - Duration::from_secs(60), "{:?}", known.left);
        }
    }

    #[test]
    fn what_is_too_old_or_no_such_file_says_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let known = || LastAnswers::read(dir.path()).recalled();
        assert_eq!(known(), []);
        std::fs::write(dir.path().join(FILE), b"[{\"name\":").unwrap();
        assert_eq!(known(), []);
        let write = |at: u64| {
            let text = format!(r#"[{{"name":"a.test","said":{{"a":["192.0.2.1"]}},"at":{at}}}]"#);
            std::fs::write(dir.path().join(FILE), text).unwrap();
        };
        write(seconds() - OLDEST.as_secs());
        assert_eq!(known(), []);
        write(seconds() + 1_000_000);
        assert_eq!(known()[0].left, OLDEST, "a clock that was set back does not make it count for longer");
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_goes() {
        let known = LastAnswers::read(Path::new("/nowhere"));
        known.0.send_modify(|all| {
            let said = Said { records: Records::Addresses(vec![]), at: 1 };
            all.insert(question("old.test", Kind::A), said);
        });
        for number in 0..MOST {
            known.learn(&question(&format!("h{number}.test"), Kind::A), &addresses("192.0.2.1"));
        }
        let all = known.recalled();
        assert!(all.len() == MOST && all.iter().all(|one| one.question.name != "old.test"));
    }
}

//! What phones say of their calls, until the calls themselves are judged: a phone may be faster, or a second later.

use std::collections::VecDeque;

use account::{DeviceId, PhoneVoice};
use store::Write;

/// Calls judged lately that may still be reported on.
const LATELY: usize = 256;
/// Reports on calls that are not judged yet.
const EARLY: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Reports {
    judged: VecDeque<String>,
    early: VecDeque<(String, DeviceId, PhoneVoice)>,
}

impl Reports {
    /// A call is judged; what was said of it before is to be written after that.
    pub(super) fn judged(&mut self, call: &str) -> impl Iterator<Item = Write> + use<> {
        if self.judged.len() >= LATELY {
            self.judged.pop_front();
        }
        self.judged.push_back(call.to_owned());
        let (told, early): (VecDeque<_>, _) = self.early.drain(..).partition(|(of, ..)| of == call);
        self.early = early;
        told.into_iter().map(write)
    }

    /// A phone says something of a call; what is to be written at once.
    pub(super) fn told(&mut self, call: String, device: DeviceId, voice: PhoneVoice) -> Option<Write> {
        let report = (call, device, voice);
        if self.judged.contains(&report.0) {
            return Some(write(report));
        }
        if self.early.len() >= EARLY {
            self.early.pop_front();
        }
        self.early.push_back(report);
        None
    }
}

fn write((call, device, voice): (String, DeviceId, PhoneVoice)) -> Write {
    Write::Report { call, device, voice }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(reports: &mut Reports, call: &str) -> bool {
        reports.told(call.to_owned(), "e0".parse().unwrap(), PhoneVoice::default()).is_some()
    }

    #[test]
    fn what_comes_before_the_end_of_a_call_is_written_after_it() {
        let mut reports = Reports::default();
        assert!(!says(&mut reports, "a") && !says(&mut reports, "b"));
        assert_eq!(reports.judged("a").count(), 1);
        assert!(says(&mut reports, "a"));
        assert_eq!((reports.judged("b").count(), reports.judged("c").count()), (1, 0));
    }

    #[test]
    fn calls_that_never_end_and_calls_long_over_are_forgotten() {
        let mut reports = Reports::default();
        (0..=EARLY).for_each(|n| assert!(!says(&mut reports, &format!("up {n}"))));
        assert_eq!((reports.judged("up 0").count(), reports.judged("up 1").count()), (0, 1));
        (0..LATELY).for_each(|n| assert_eq!(reports.judged(&format!("over {n}")).count(), 0));
        assert!(!says(&mut reports, "up 0") && says(&mut reports, "over 0"));
    }
}

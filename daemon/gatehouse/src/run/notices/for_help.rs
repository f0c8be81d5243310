//! What somebody must mend before anybody calls for help.

use std::collections::BTreeSet;

use web::view::{Fault, Sentence, Severity};

use super::{From, Notices, ODDITIES_SHOWN};

impl Notices {
    /// How many phones have no line that says where they stand, and which lines that would say so do not work.
    pub(crate) fn self_check(&self, wrong: usize, down: &BTreeSet<String>) {
        if wrong == 0 && down.is_empty() {
            return self.clear(From::SelfCheck);
        }
        let (what, fix) = Self::self_check_words(wrong, down);
        self.put(From::SelfCheck, Severity::Fault, Fault::Box, what, fix);
    }

    /// What is wrong then, and what to do.
    pub(crate) fn self_check_words(wrong: usize, down: &BTreeSet<String>) -> (Sentence, Sentence) {
        let some: Vec<&str> = down.iter().take(ODDITIES_SHOWN).map(String::as_str).collect();
        let (lines, some) = (down.len(), some.join(", "));
        let what = Sentence::new(
            format!(
                "Notrufe kämen nicht alle über die richtige Leitung: {wrong} Telefone haben keine, die ihre Adresse nennt; \
                 {lines} solcher Leitungen gehen nicht ({some})."
            ),
            format!(
                "Not all calls for help would leave over the right line: {wrong} phones have none that says their address; \
                 {lines} such lines do not work ({some})."
            ),
        );
        let fix = Sentence::new(
            "`gatehouse locations` zeigt jedes Telefon mit seiner Leitung, `gatehouse lines`, woran es liegt.",
            "`gatehouse locations` shows each phone with its line, `gatehouse lines` says why one does not work.",
        );
        (what, fix)
    }
}

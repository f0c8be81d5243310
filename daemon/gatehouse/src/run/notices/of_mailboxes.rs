//! That mailboxes take no further message, and that there are recordings of which nobody can tell whose they are.

use web::view::{Fault, Sentence, Severity};

use super::{From, Notices};

impl Notices {
    /// The mailboxes that are full, whether the disk's share is what fills them, and how many recordings are nobody's.
    pub(crate) fn mailboxes(&self, full: &[String], disk: bool, nobodys: usize) {
        match (full, disk) {
            ([], _) => self.clear(From::Mailboxes),
            (_, true) => self.put(
                From::Mailboxes,
                Severity::Warning,
                Fault::Box,
                Sentence::new(
                    "Die Anrufbeantworter nehmen keine Nachrichten mehr an: Ungehörte füllen den ganzen Platz, den sie haben dürfen.",
                    "The mailboxes take no further messages: those not listened to fill all the room they may have.",
                ),
                Sentence::new(
                    "Nachrichten anhören oder löschen, oder most_mb unter [voicemail] erhöhen.",
                    "Listen to messages or delete them, or raise most_mb in [voicemail].",
                ),
            ),
            ([first, rest @ ..], false) => {
                let (de, en) = match rest.len() {
                    0 => (String::new(), String::new()),
                    more => (format!(" (und {more} weitere)"), format!(" (and {more} more)")),
                };
                self.put(
                    From::Mailboxes,
                    Severity::Warning,
                    Fault::Box,
                    Sentence::new(
                        format!("Der Anrufbeantworter „{first}“{de} ist voll: Er nimmt keine Nachrichten mehr an."),
                        format!("The mailbox “{first}”{en} is full: it takes no further messages."),
                    ),
                    Sentence::new(
                        "Wem er gehört, der hört Nachrichten an oder löscht sie; gehörte machen neuen Platz.",
                        "Whoever it belongs to listens to messages or deletes them; those heard make room for new ones.",
                    ),
                );
            }
        }
        self.recordings(nobodys);
    }

    fn recordings(&self, nobodys: usize) {
        if nobodys == 0 {
            return self.clear(From::Recordings);
        }
        let what = Sentence::new(
            format!(
                "Nach einem Absturz sind {nobodys} Aufnahmen übrig, von denen niemand weiß, wem sie gelten. Sie werden nicht gezeigt."
            ),
            format!(
                "After a crash {nobodys} recordings are left of which nobody knows whom they are for. They are not shown."
            ),
        );
        let fix = Sentence::new(
            "Es ist nichts zu tun: Sie werden gelöscht, wenn ihre Zeit (keep_days unter [voicemail]) um ist.",
            "There is nothing to do: they are deleted when their time (keep_days in [voicemail]) is over.",
        );
        self.put(From::Recordings, Severity::Info, Fault::Box, what, fix);
    }
}

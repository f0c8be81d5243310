//! Whoever must know how things stand in the mailboxes, and is told.

use std::collections::BTreeSet;
use std::sync::Arc;

use account::{UserId, VoicemailId};
use media::playback::{Repeat, Sound::Clip};
use sip::package::mail::VoiceMessages;
use web::view::Mailbox;

use super::super::exchange::News;
use super::Mail;
use super::keeper::Keeper;

impl Keeper {
    /// Tells page, lamps and notices how things stand.
    pub(super) async fn publish(&mut self) {
        let boxes: Arc<[Mailbox]> = self.boxes.iter().map(|(id, people)| self.shown(id, people)).collect();
        let full: Vec<String> = boxes.iter().filter(|it| it.full).map(|it| it.alias.clone()).collect();
        self.notices.mailboxes(&full, self.all.is_disk_full(), self.nobodys);
        self.shows.send_if_modified(|shown| {
            let is_new = **shown != *boxes;
            *shown = boxes;
            is_new
        });
        let lamps = self.all.summaries(&self.boxes);
        let dark = self.lamps.keys().filter(|user| !lamps.contains_key(user));
        let dark = dark.map(|user| (user.clone(), VoiceMessages::default()));
        let lit = lamps.iter().filter(|(user, voice)| self.lamps.get(user) != Some(voice));
        let changed: Vec<_> = lit.map(|(user, voice)| (user.clone(), *voice)).chain(dark).collect();
        for (user, voice) in changed {
            self.tell(Mail::Lamp(user, voice)).await;
        }
        self.lamps = lamps;
        if std::mem::take(&mut self.greets_anew) {
            let sound = |samples: &Arc<[i16]>| Clip { samples: Arc::clone(samples), repeat: Repeat::Once };
            let all = self.greetings.iter().map(|(id, samples)| (id.clone(), sound(samples))).collect();
            self.tell(Mail::Greetings(Arc::new(all))).await;
        }
        let messages = self.all.there();
        if messages != self.heard_of {
            self.heard_of.clone_from(&messages);
            self.tell(Mail::Messages(messages)).await;
        }
    }

    /// The switchboard takes what it is told in its turn.
    async fn tell(&self, mail: Mail) {
        // An error means that its thread has ended already.
        let _ = self.news.send(News::Mail(mail)).await;
    }

    fn shown(&self, id: &VoicemailId, people: &BTreeSet<UserId>) -> Mailbox {
        let (new, old) = self.all.counts(id);
        let known = self.house.rules.voicemails.get(id);
        let alias = known.map(|it| it.alias.to_string()).filter(|alias| !alias.is_empty());
        Mailbox {
            id: id.to_string(),
            alias: alias.unwrap_or_else(|| id.to_string()),
            people: people.iter().map(ToString::to_string).collect(),
            new,
            old,
            full: self.all.is_full(id),
            greeting: self.greetings.contains_key(id),
            edition: self.all.edition(id),
        }
    }
}

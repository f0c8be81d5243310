//! Whose mailbox is whose: nobody else may listen, whatever else they may (TDDDG 3, secrecy of telecommunications).

use std::collections::{BTreeMap, BTreeSet};

use super::{Destination, Snapshot};
use crate::{Answering, UserId, VoicemailId};

impl Snapshot {
    /// Every mailbox that the account names, and the people whose it is: whose line it answers, or everybody in its group or channel.
    #[must_use]
    pub fn mailboxes(&self) -> BTreeMap<VoicemailId, BTreeSet<UserId>> {
        let mut boxes: BTreeMap<VoicemailId, BTreeSet<UserId>> = BTreeMap::new();
        let mut answers = |answering: &[Answering], people: &[UserId]| {
            for one in answering {
                boxes.entry(one.box_id.clone()).or_default().extend(people.iter().cloned());
            }
        };
        for (id, line) in &self.rules.lines {
            let owner: Vec<UserId> = self.phonelines.get(id).map(|it| it.owner.clone()).into_iter().collect();
            answers(&line.answering, &owner);
        }
        self.rules.groups.values().for_each(|group| answers(&group.answering, &group.members));
        for (id, voicemail) in &self.rules.voicemails {
            let of = voicemail.of.as_ref().and_then(|of| self.endpoint(of));
            let people = of.map(|of| self.behind(&of)).unwrap_or_default();
            boxes.entry(id.clone()).or_default().extend(people);
        }
        boxes.values_mut().for_each(|people| people.retain(|user| self.users.contains_key(user)));
        boxes
    }

    /// The people something stands for.
    fn behind(&self, of: &Destination) -> Vec<UserId> {
        match of {
            Destination::User(user) => vec![user.clone()],
            Destination::Device(device) => {
                self.devices.get(device).and_then(|it| it.owner.clone()).into_iter().collect()
            }
            Destination::Group(group) => {
                self.rules.groups.get(group).map(|it| it.members.clone()).unwrap_or_default()
            }
            Destination::Channel(channel) => {
                let members = self.rules.channels.get(channel).map(|it| it.members.iter());
                members.into_iter().flatten().map(|member| member.user.clone()).collect()
            }
            Destination::Voicemail(_) | Destination::Fax(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Answering, GroupRules, LineRules, Phoneline, Rules, Snapshot, User, Voicemail};

    fn house() -> Snapshot {
        let answering = |id: &str| vec![Answering { box_id: id.parse().unwrap(), after: None, active: true }];
        let user = |id: &str| User {
            id: id.parse().unwrap(),
            name: id.to_owned(),
            extensions: vec![],
            default_device: None,
            busy_on_busy: false,
            admin: id == "w9",
            address: None,
        };
        let line =
            Phoneline { id: "p0".parse().unwrap(), alias: String::new(), owner: "w0".parse().unwrap() };
        let members = ["w1", "w2", "w7"].map(|id| id.parse().unwrap()).into();
        let group = GroupRules { members, answering: answering("v1") };
        let own =
            Voicemail { id: "v2".parse().unwrap(), alias: "Eigene".into(), of: Some("w2".parse().unwrap()) };
        Snapshot {
            users: ["w0", "w1", "w2", "w9"].map(user).map(|user| (user.id.clone(), user)).into(),
            phonelines: [(line.id.clone(), line)].into(),
            rules: Rules {
                lines: [(
                    "p0".parse().unwrap(),
                    LineRules { answering: answering("v0"), ..LineRules::default() },
                )]
                .into(),
                groups: [("g0".parse().unwrap(), group)].into(),
                voicemails: [(own.id.clone(), own)].into(),
                ..Rules::default()
            },
            ..Snapshot::default()
        }
    }

    #[test]
    fn a_box_is_listened_to_by_those_it_answers_for_and_by_no_admin() {
        let boxes = house().mailboxes();
        let listeners = |id: &str| -> Vec<String> {
            boxes[&id.parse().unwrap()].iter().map(ToString::to_string).collect()
        };
        assert_eq!(listeners("v0"), ["w0"], "the owner of the line");
        assert_eq!(listeners("v1"), ["w1", "w2"], "the group, as far as the account has these people");
        assert_eq!(listeners("v2"), ["w2"]);
        assert_eq!(boxes.len(), 3);
    }
}

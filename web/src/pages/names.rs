//! What people call the things that the account names by id.

use std::collections::HashMap;

use crate::parts::Cell;
use crate::view::account::{Account, Target};
use crate::words::Lang;

/// Names by id, for one page.
pub(crate) struct Names<'a> {
    t: Lang,
    users: HashMap<&'a str, &'a str>,
    devices: HashMap<&'a str, &'a str>,
    groups: HashMap<&'a str, &'a str>,
    locations: HashMap<&'a str, &'a str>,
    faxlines: HashMap<&'a str, &'a str>,
    channels: HashMap<&'a str, &'a str>,
    numbers: HashMap<&'a str, &'a str>,
    /// People by the ids of their lines.
    lines: HashMap<&'a str, &'a str>,
}

impl<'a> Names<'a> {
    pub(crate) fn of(t: Lang, account: &'a Account) -> Self {
        Self {
            t,
            users: account.users.iter().map(|it| (it.id.as_str(), it.name.as_str())).collect(),
            devices: account.devices.iter().map(|it| (it.id.as_str(), it.alias.as_str())).collect(),
            groups: account.groups.iter().map(|it| (it.id.as_str(), it.alias.as_str())).collect(),
            locations: account.locations.iter().map(|it| (it.id.as_str(), it.line.as_str())).collect(),
            faxlines: account.faxlines.iter().map(|it| (it.id.as_str(), it.alias.as_str())).collect(),
            channels: account.channels.iter().map(|it| (it.id.as_str(), it.name.as_str())).collect(),
            numbers: account.numbers.iter().map(|it| (it.id.as_str(), it.digits.as_str())).collect(),
            lines: account
                .users
                .iter()
                .flat_map(|user| user.lines.iter().map(|line| (line.id.as_str(), user.name.as_str())))
                .collect(),
        }
    }

    /// The name of a person, else the id.
    pub(crate) fn user<'b>(&self, id: &'b str) -> &'b str
    where
        'a: 'b,
    {
        self.users.get(id).copied().unwrap_or(id)
    }

    pub(crate) fn device<'b>(&self, id: &'b str) -> &'b str
    where
        'a: 'b,
    {
        self.devices.get(id).copied().unwrap_or(id)
    }

    pub(crate) fn group<'b>(&self, id: &'b str) -> &'b str
    where
        'a: 'b,
    {
        self.groups.get(id).copied().unwrap_or(id)
    }

    /// A group or a channel: whatever is rung for several people.
    pub(crate) fn rung<'b>(&self, id: &'b str) -> &'b str
    where
        'a: 'b,
    {
        let all = [&self.groups, &self.channels];
        all.iter().find_map(|names| names.get(id).copied()).unwrap_or(id)
    }

    /// A place by its id in digits.
    pub(crate) fn place<'b>(&self, id: &'b str) -> &'b str
    where
        'a: 'b,
    {
        self.locations.get(id).copied().unwrap_or(id)
    }

    /// A number as it is dialled, by its id.
    pub(crate) fn number<'b>(&self, id: &'b str) -> &'b str
    where
        'a: 'b,
    {
        self.numbers.get(id).copied().unwrap_or(id)
    }

    /// Whatever a number can lead to, by its id.
    pub(crate) fn endpoint<'b>(&self, id: &'b str) -> &'b str
    where
        'a: 'b,
    {
        let all = [&self.lines, &self.groups, &self.devices, &self.faxlines, &self.users];
        all.iter().find_map(|names| names.get(id).copied()).unwrap_or(id)
    }

    /// Where somebody or something is, for the emergency services.
    pub(crate) fn location(&self, id: Option<&str>) -> Cell {
        match id {
            Some(id) => Cell::text(self.locations.get(id).copied().unwrap_or(id)),
            None => Cell::None,
        }
    }

    /// People, each with the way to their page.
    pub(crate) fn people(&self, ids: &[String]) -> Cell {
        if ids.is_empty() {
            return Cell::None;
        }
        Cell::Links(ids.iter().map(|id| (format!("/users/{id}"), self.user(id).to_owned())).collect())
    }

    /// Where a number leads.
    pub(crate) fn target(&self, target: &Target) -> Cell {
        let t = self.t;
        match target {
            Target::Nowhere => Cell::None,
            Target::User { id } => {
                Cell::link(self.user(id), t.pick("Benutzer", "User"), format!("/users/{id}"))
            }
            Target::Group { id } => Cell::link(self.group(id), t.pick("Gruppe", "Group"), "/groups"),
            Target::Device { id } => Cell::link(self.device(id), t.pick("Gerät", "Device"), "/phones"),
            Target::Fax { id } => {
                let alias = self.faxlines.get(id.as_str()).copied().unwrap_or(id);
                Cell::link(alias, "Fax", "/fax")
            }
            Target::Channel { id } => {
                let name = self.channels.get(id.as_str()).copied().unwrap_or(id);
                Cell::link(name, t.pick("Kanal", "Channel"), "/channels")
            }
            Target::Other { id } => Cell::name(id, t.pick("nur in der Cloud", "in the cloud only")),
        }
    }
}

/// Several texts in one cell.
pub(crate) fn joined(texts: &[String]) -> Cell {
    if texts.is_empty() { Cell::None } else { Cell::text(texts.join(", ")) }
}

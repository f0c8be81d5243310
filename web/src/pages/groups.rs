//! One group: who is in it, what rings, and what should.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;

use super::changes::{closed, wish};
use super::names::{Names, joined};
use super::not_found;
use super::users::state;
use crate::charter::May;
use crate::parts::{Asks, Cell, Column, Facts, Field, Mode, Page, Table, escaped};
use crate::shell::Shell;
use crate::view::View;
use crate::view::account::Group;
use crate::words::Lang;

/// `GET /groups/{id}`.
pub(crate) async fn one(shell: Shell, Path(id): Path<String>) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let account = &view.account;
    let Some(group) = account.groups.iter().find(|group| group.id == id) else { return not_found(t) };
    let names = Names::of(t, account);
    let facts = Facts::new("")
        .fact(t.extension(), joined(&group.extensions))
        .fact(t.numbers(), joined(&group.numbers))
        .fact(t.pick("Mitglieder", "Members"), names.people(&group.users));
    let columns = [
        Column::new("", t.phone()),
        Column::new("", t.pick("Gehört", "Belongs to")),
        Column::new("", t.state()),
    ];
    let nothing = t.pick("Hier klingelt nichts.", "Nothing rings here.");
    let mut table = Table::plain(t, t.pick("Es klingeln", "These ring"), columns).or_else(nothing);
    for device in account.devices.iter().filter(|device| group.devices.contains(&device.id)) {
        let owner = device.owner.as_deref().map_or(Cell::None, |id| Cell::text(names.user(id)));
        let page = format!("/phones/{}", escaped(&device.id));
        table.row([Cell::link(&device.alias, "", page), owner, state(t, &view, device)]);
    }
    let asks = shell.who.may(May::Set).then(|| asks(t, &view, &names, group));
    let page = Page::below(shell, &group.alias, "").mirrored().mode(Mode::Written);
    page.in_cloud(account.link("teamUrl")).with(facts).with(table.done()).with_some(asks).answer()
}

fn asks(t: Lang, view: &View, names: &Names<'_>, group: &Group) -> Asks {
    let back = format!("/groups/{}", escaped(&group.id));
    let wish = |act| wish(t, act, &back).field(Field::hidden("group", &group.id));
    let devices = |inside: bool| -> Vec<(String, String)> {
        let devices =
            view.account.devices.iter().filter(|device| group.devices.contains(&device.id) == inside);
        let owned =
            |id: &Option<String>| id.as_deref().map(|id| names.user(id)).unwrap_or_default().to_owned();
        devices.map(|it| (it.id.clone(), format!("{}, {}", it.alias, owned(&it.owner)))).collect()
    };
    let choice = |act, label: &str, devices: Vec<(String, String)>| {
        (!devices.is_empty()).then(|| wish(act).field(Field::choice("device", label, devices)))
    };
    Asks::new(t.pick("Ändern", "Change"), closed(t, view))
        .ask_some(choice("group_join", t.pick("Soll mitklingeln", "Shall ring too"), devices(false)))
        .ask_some(choice(
            "group_leave",
            t.pick("Soll nicht mehr klingeln", "Shall ring no more"),
            devices(true),
        ))
}

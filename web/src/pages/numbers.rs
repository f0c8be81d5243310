//! One number: where it leads, and where it should.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;

use super::changes::{closed, wish};
use super::names::Names;
use super::not_found;
use super::phone_system::number_kind;
use crate::charter::May;
use crate::parts::{Asks, Cell, Facts, Field, Mode, Page, Tone, escaped};
use crate::shell::Shell;
use crate::view::View;
use crate::view::account::{Number, NumberKind, Target};
use crate::words::Lang;

/// `GET /numbers/{id}`.
pub(crate) async fn one(shell: Shell, Path(id): Path<String>) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let account = &view.account;
    let Some(number) = account.numbers.iter().find(|number| number.id == id) else { return not_found(t) };
    let names = Names::of(t, account);
    let target = if number.target == Target::Nowhere {
        Cell::mark(Tone::Warn, t.pick("nirgendwohin", "nowhere"))
    } else {
        names.target(&number.target)
    };
    let facts = Facts::new("")
        .fact(t.pick("Art", "Kind"), Cell::text(number_kind(t, number.kind)))
        .fact(t.pick("Führt zu", "Leads to"), target);
    let asks = (shell.who.may(May::Set) && number.kind != NumberKind::Block).then(|| asks(t, &view, number));
    let page = Page::below(shell, &number.digits, "").mirrored().mode(Mode::Written);
    page.in_cloud(account.link("bookPhonenumberUrl")).with(facts).with_some(asks).answer()
}

fn asks(t: Lang, view: &View, number: &Number) -> Asks {
    let asks = Asks::new(t.pick("Ändern", "Change"), closed(t, view));
    if number.kind == NumberKind::Extension {
        let gone = wish(t, "extension_gone", "/numbers").field(Field::hidden("number", &number.id));
        let label = t.pick("Diese Durchwahl wegnehmen", "Take this extension away");
        let sure = [(
            "yes".to_owned(),
            t.pick("ja, sie führt dann nirgendwohin", "yes, it leads nowhere then").to_owned(),
        )];
        return asks.ask(gone.field(Field::choice("sure", label, sure)));
    }
    let account = &view.account;
    let people =
        account.users.iter().filter_map(|user| Some((user.lines.first()?.id.clone(), user.name.clone())));
    let group = |name: &str| format!("{name} ({})", t.pick("Gruppe", "group"));
    let groups = account.groups.iter().map(|it| (it.id.clone(), group(&it.alias)));
    let fax = account.faxlines.iter().map(|it| (it.id.clone(), format!("{} (Fax)", it.alias)));
    let back = format!("/numbers/{}", escaped(&number.id));
    let hint = t.pick("Wer sie bisher hatte, verliert sie.", "Whoever had it before loses it.");
    asks.ask(
        wish(t, "number_target", &back).field(Field::hidden("number", &number.id)).field(
            Field::choice(
                "endpoint",
                t.pick("Führt künftig zu", "Leads from now on to"),
                people.chain(groups).chain(fax),
            )
            .value(owner(view, &number.target))
            .hint(hint),
        ),
    )
}

/// Where it leads now, as the form names it.
fn owner(view: &View, target: &Target) -> String {
    match target {
        Target::User { id } => {
            let line = view.account.user(id).and_then(|user| user.lines.first());
            line.map(|line| line.id.clone()).unwrap_or_default()
        }
        Target::Group { id } | Target::Fax { id } => id.clone(),
        Target::Nowhere | Target::Device { .. } | Target::Channel { .. } | Target::Other { .. } => {
            String::new()
        }
    }
}

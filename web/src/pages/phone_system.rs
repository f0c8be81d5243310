//! Groups, channels, numbers, fax lines and contacts: what the cloud holds and the box works with.

use std::sync::Arc;

use axum::response::Response;

use super::names::{Names, joined};
use crate::parts::{Cell, Column, Empty, Mode, Note, Page, Table, Tone, escaped};
use crate::shell::Shell;
use crate::view::account::{KindState, NumberKind, Target};
use crate::view::queue::{Agent, Waiting};
use crate::when;
use crate::words::Lang;

/// `GET /groups`.
pub(crate) async fn groups(shell: Shell) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let account = &view.account;
    let names = Names::of(t, account);
    let columns = [
        Column::new("name", t.pick("Gruppe", "Group")),
        Column::new("extension", t.extension()).narrow(),
        Column::new("numbers", t.numbers()),
        Column::new("members", t.pick("Mitglieder", "Members")),
        Column::new("devices", t.pick("Es klingeln", "These ring")),
    ];
    let nothing = t.pick("Das Konto hat keine Gruppen.", "The account has no groups.");
    let mut table = Table::new(&shell, t.pick("Gruppen", "Groups"), columns).or_else(nothing);
    for group in &account.groups {
        let devices: Vec<String> = group.devices.iter().map(|id| names.device(id).to_owned()).collect();
        table.row([
            Cell::link(&group.alias, "", format!("/groups/{}", escaped(&group.id))),
            joined(&group.extensions),
            joined(&group.numbers),
            names.people(&group.users),
            joined(&devices),
        ]);
    }
    let local = local(
        t.pick(
            "Auch ohne Internet klingeln im Haus alle angemeldeten Telefone der Gruppe.",
            "Without internet, all registered phones of the group still ring inside the house.",
        ),
        t.pick(
            "Weiterleitungen, Ansagen und Zeiten der Gruppe stellen Sie in der Cloud-App ein.",
            "Forwardings, greetings and hours of the group are set in the cloud app.",
        ),
    );
    let page = Page::new(shell).mirrored().mode(Mode::Written).in_cloud(account.link("teamUrl"));
    page.with(table.done()).with(local).answer()
}

/// `GET /channels`.
pub(crate) async fn channels(shell: Shell) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let account = &view.account;
    let names = Names::of(t, account);
    let absent = view.kinds.iter().any(|kind| kind.name == "channel" && kind.state == KindState::Absent);
    let nothing = (account.channels.is_empty()).then(|| {
        Empty::new(
            "",
            t.pick("Keine Kanäle.", "No channels."),
            if absent {
                t.pick(
                    "Dieses Konto ist von der Art, die Gruppen statt Kanälen hat.",
                    "This account is of the kind that has groups instead of channels.",
                )
            } else {
                t.not_mirrored()
            },
        )
    });
    let columns = [
        Column::new("name", t.pick("Kanal", "Channel")),
        Column::new("numbers", t.numbers()),
        Column::new("users", t.pick("Menschen", "People")),
        Column::new("order", t.pick("Reihenfolge", "Order")),
        Column::new("queue", t.pick("Warteschlange", "Queue")),
    ];
    let mut table = Table::new(&shell, t.pick("Kanäle", "Channels"), columns);
    for channel in &account.channels {
        table.row([
            Cell::name(&channel.name, ""),
            joined(&channel.numbers),
            names.people(&channel.users),
            Cell::text(&channel.order),
            Cell::text(if channel.queue { t.yes() } else { t.no() }),
        ]);
    }
    let table = nothing.is_none().then(|| table.done());
    let in_line = (!view.queues.is_empty()).then(|| in_line(&shell));
    let page = Page::new(shell).mirrored().mode(Mode::Linked).in_cloud(account.link("adminIvrSettings"));
    page.with_some(nothing).with_some(table).with_some(in_line).answer()
}

/// Who waits for whom at this moment.
fn in_line(shell: &Shell) -> Table {
    let t = shell.t;
    let columns = [
        Column::new("channel", t.pick("Kanal", "Channel")),
        Column::new("waiting", t.pick("Es warten", "Waiting")),
        Column::new("longest", t.pick("Am längsten", "Longest")).narrow(),
        Column::new("agents", t.pick("Es nehmen an", "Agents")),
    ];
    let mut table = Table::plain(t, t.pick("Warteschlangen jetzt", "Waiting now"), columns);
    for queue in &shell.view.queues {
        let caller = |one: &Waiting| one.caller.name.clone().unwrap_or_else(|| one.caller.number.clone());
        let callers: Vec<String> = queue.waiting.iter().map(caller).collect();
        let agent = |agent: &Agent| format!("{}: {}", agent.name, agent.state.word(t));
        let agents: Vec<String> = queue.agents.iter().map(agent).collect();
        let seconds = queue.waiting.first().map(|one| when::seconds(one.since, shell.now));
        let longest = seconds.map(|all| format!("{}:{:02}", all / 60, all % 60)).unwrap_or_default();
        table.row([Cell::name(&queue.name, ""), joined(&callers), Cell::text(longest), joined(&agents)]);
    }
    table.done()
}

/// `GET /numbers`.
pub(crate) async fn numbers(shell: Shell) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let account = &view.account;
    let names = Names::of(t, account);
    let idle = account
        .numbers
        .iter()
        .filter(|it| it.target == Target::Nowhere && it.kind != NumberKind::Block)
        .count();
    let warning = (idle > 0).then(|| Note {
        tone: Tone::Warn,
        kind: t.pick("Hinweis", "Note").to_owned(),
        what: match t {
            Lang::De => format!("{idle} Rufnummern führen nirgendwohin: Wer sie anruft, erreicht niemanden."),
            Lang::En => format!("{idle} numbers lead nowhere: whoever calls them reaches nobody."),
        },
        more: t
            .pick("Auf der Seite der Nummer zuordnen.", "Assign them on the page of the number.")
            .to_owned(),
        link: None,
    });
    let columns = [
        Column::new("number", t.pick("Nummer", "Number")),
        Column::new("kind", t.pick("Art", "Kind")),
        Column::new("target", t.pick("Führt zu", "Leads to")),
    ];
    let mut table = Table::new(&shell, t.numbers(), columns).or_else(t.not_mirrored());
    for number in &account.numbers {
        let target = if number.target == Target::Nowhere {
            Cell::mark(Tone::Warn, t.pick("nirgendwohin", "nowhere"))
        } else {
            names.target(&number.target)
        };
        let page = format!("/numbers/{}", escaped(&number.id));
        table.row([Cell::link(&number.digits, "", page), Cell::text(number_kind(t, number.kind)), target]);
    }
    let portings = (!account.portings.is_empty()).then(|| {
        let columns =
            [Column::new("", t.numbers()), Column::new("", t.pick("Tag", "Day")), Column::new("", t.state())];
        let title = t.pick("Rufnummern, die umziehen", "Numbers that are moving");
        let mut table = Table::plain(t, title, columns);
        for porting in &account.portings {
            let state =
                if porting.pending { t.pick("steht bevor", "is coming") } else { t.pick("erledigt", "done") };
            table.row([joined(&porting.numbers), Cell::text(&porting.day), Cell::text(state)]);
        }
        table.done()
    });
    let page = Page::new(shell).mirrored().mode(Mode::Written).in_cloud(account.link("bookPhonenumberUrl"));
    page.with_some(warning).with(table.done()).with_some(portings).answer()
}

pub(super) fn number_kind(t: Lang, kind: NumberKind) -> &'static str {
    match kind {
        NumberKind::Landline => t.pick("Festnetz", "Landline"),
        NumberKind::Mobile => t.pick("Mobil", "Mobile"),
        NumberKind::International => t.pick("Ausland", "International"),
        NumberKind::Extension => t.extension(),
        NumberKind::Block => t.pick("Rufnummernblock", "Block of numbers"),
    }
}

/// `GET /fax`.
pub(crate) async fn fax(shell: Shell) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let account = &view.account;
    let names = Names::of(t, account);
    let columns = [
        Column::new("name", t.pick("Faxanschluss", "Fax line")),
        Column::new("numbers", t.numbers()),
        Column::new("owner", t.pick("Gehört zu", "Belongs to")),
        Column::new("send", t.pick("Senden", "Sends")).narrow(),
        Column::new("receive", t.pick("Empfangen", "Receives")).narrow(),
    ];
    let nothing = t.pick("Das Konto hat keinen Faxanschluss.", "The account has no fax line.");
    let mut table = Table::new(&shell, t.pick("Faxanschlüsse", "Fax lines"), columns).or_else(nothing);
    for line in &account.faxlines {
        let owner = if account.user(&line.owner).is_some() {
            Cell::link(names.user(&line.owner), "", format!("/users/{}", line.owner))
        } else {
            Cell::text(names.group(&line.owner))
        };
        table.row([
            Cell::name(&line.alias, ""),
            joined(&line.numbers),
            owner,
            Cell::text(if line.can_send { t.yes() } else { t.no() }),
            Cell::text(if line.can_receive { t.yes() } else { t.no() }),
        ]);
    }
    let local = local(
        t.pick(
            "Faxe sendet und empfängt in dieser Version die Cloud.",
            "In this version the cloud sends and receives faxes.",
        ),
        t.pick(
            "Ohne Internet ruht der Faxverkehr; nichts geht verloren, was die Cloud schon angenommen hat.",
            "Without internet faxes rest; nothing is lost that the cloud has already taken.",
        ),
    );
    let cloud = account.link("faxAppUrl").or_else(|| account.link("sendFaxUrl"));
    Page::new(shell).mirrored().mode(Mode::Linked).in_cloud(cloud).with(table.done()).with(local).answer()
}

/// What the box does by itself, and what it does not.
pub(super) fn local(what: &str, more: &str) -> Note {
    let (what, more) = (what.to_owned(), more.to_owned());
    Note { tone: Tone::Calm, kind: String::new(), what, more, link: None }
}

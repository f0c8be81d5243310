//! Contacts from a file: looked through first, taken over when somebody says so; and files for other programs.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form as Sent, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::tabs;
use crate::commands::MirrorAsk;
use crate::door_pages::form_broken;
use crate::parts::{Cell, Column, Facts, Field, Form, Mode, Note, Page, Table, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::upload::Filled;
use crate::words::Lang;

/// Contacts listed before they are taken over.
const LISTED: usize = 100;
/// Problems listed; the file has them all.
const PROBLEMS: usize = 200;

/// What a file holds.
#[derive(Deserialize)]
struct Read {
    rows: u64,
    new: usize,
    known: usize,
    kept: usize,
    contacts: Vec<Contact>,
    problems: Vec<Problem>,
    more_problems: usize,
}

#[derive(Deserialize)]
struct Contact {
    name: String,
    numbers: Vec<String>,
    emails: Vec<String>,
}

#[derive(Deserialize)]
struct Problem {
    row: u32,
    column: Option<usize>,
    loses_row: bool,
    what: String,
    why: String,
}

/// `GET /contacts/import`.
pub(super) async fn page(shell: Shell) -> Response {
    shown(shell, None, |page| page)
}

/// `POST /contacts/import/look`: what the file holds; nothing is taken over yet.
pub(super) async fn look(State(app): State<App>, shell: Shell, sent: Filled) -> Response {
    let (t, file) = (shell.t, sent.file.clone());
    match ask(&app, sent.file, false).await {
        Ok(read) => {
            let ticket = (read.new > 0).then(|| app.shelf.put(shell.now, file));
            let form = ticket.map(|ticket| taking(t, &read, ticket));
            let parts = (summary(t, &read), listed(t, &read), problems(t, &read));
            shown(shell, None, |page| {
                page.with(parts.0).with_some(form).with_some(parts.1).with_some(parts.2)
            })
        }
        Err(reason) => shown(shell, Some(reason), |page| page),
    }
}

#[derive(Deserialize)]
pub(super) struct Ticket {
    ticket: u64,
}

/// `POST /contacts/import/take`: every new contact of the file that was looked through becomes a change for the cloud.
pub(super) async fn take(
    State(app): State<App>,
    shell: Shell,
    sent: Result<Sent<Ticket>, FormRejection>,
) -> Response {
    let ticket = match sent {
        Ok(Sent(Ticket { ticket })) => ticket,
        Err(rejected) => return form_broken(shell.t, &rejected),
    };
    let Some(file) = app.shelf.take(shell.now, ticket) else {
        return shown(shell, Some("not here any more".to_owned()), |page| page);
    };
    let t = shell.t;
    match ask(&app, file, true).await {
        Ok(read) => shown(shell, None, |page| page.with(taken(t, &read))),
        Err(reason) => shown(shell, Some(reason), |page| page),
    }
}

async fn ask(app: &App, file: Vec<u8>, keep: bool) -> Result<Read, String> {
    let told = app.commands.mirror(MirrorAsk::ContactUpload { file, keep }).await?;
    serde_json::from_value(told).map_err(|fault| fault.to_string())
}

fn shown(shell: Shell, refused: Option<String>, more: impl FnOnce(Page) -> Page) -> Response {
    let t = shell.t;
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let note = refused.map(|reason| Note {
        tone: Tone::Bad,
        kind: t.failed_title().to_owned(),
        what: t.refused(REASONS, &reason),
        more: t.pick("Nichts wurde übernommen.", "Nothing was taken over.").to_owned(),
        link: None,
    });
    let lead = t.pick(
        "Das Telefonbuch für andere Programme, und Kontakte aus Outlook, Google, Excel oder einem Telefon.",
        "The telephone book for other programs, and contacts from Outlook, Google, Excel or a telephone.",
    );
    let page = Page::below(shell, t.pick("Kontakte als Datei", "Contacts as a file"), lead).status(status);
    let page = page.mode(Mode::Written).with(tabs(t, "/contacts/import")).with_some(note);
    more(page).with(upload(t)).with(files(t)).answer()
}

fn upload(t: Lang) -> Form {
    let title = t.pick("Kontakte aus einer Datei", "Contacts from a file");
    Form::new(title, "/contacts/import/look", t.pick("Prüfen", "Check"))
        .lead(t.pick(
            "Erst wird nur nachgesehen: was neu ist und was in welcher Zeile nicht stimmt.",
            "At first it is only looked through: what is new, and what is wrong in which row.",
        ))
        .field(Field::file(
            "file",
            t.pick("CSV, XLSX oder vCard", "CSV, XLSX or vCard"),
            ".csv,.xlsx,.vcf,text/csv,text/vcard",
        ))
}

fn files(t: Lang) -> Facts {
    let file = |name: &str| Cell::Links(vec![(format!("/api/v1/contacts/{name}"), name.to_owned())]);
    Facts::new(t.pick("Das Telefonbuch als Datei", "The telephone book as a file"))
        .fact("Outlook", file("outlook.csv"))
        .fact("Google", file("google.csv"))
        .fact("Excel", file("excel.csv"))
        .fact(t.pick("Telefone und andere (vCard)", "Telephones and others (vCard)"), file("contacts.vcf"))
}

fn summary(t: Lang, read: &Read) -> Facts {
    let wrong = read.problems.len() + read.more_problems;
    let tone = if wrong == 0 { Tone::Good } else { Tone::Warn };
    let words = match (wrong, t) {
        (0, _) => t.pick("nichts zu beanstanden", "nothing is wrong").to_owned(),
        (n, Lang::De) => format!("{n} Stellen stimmen nicht"),
        (n, Lang::En) => format!("{n} places are wrong"),
    };
    Facts::new(t.pick("Was in der Datei steht", "What the file holds"))
        .fact(t.pick("Zeilen", "Rows"), Cell::text(read.rows.to_string()))
        .fact(t.pick("Neue Kontakte", "New contacts"), Cell::count(read.new))
        .fact(t.pick("Schon im Telefonbuch", "In the telephone book already"), Cell::count(read.known))
        .fact(t.pick("Prüfung", "Check"), Cell::mark(tone, words))
}

fn taking(t: Lang, read: &Read, ticket: u64) -> Form {
    let words = match (read.new, t) {
        (1, _) => t.pick("Den neuen Kontakt übernehmen", "Take the new contact over").to_owned(),
        (n, Lang::De) => format!("{n} neue Kontakte übernehmen"),
        (n, Lang::En) => format!("Take {n} new contacts over"),
    };
    Form::new("", "/contacts/import/take", words)
        .lead(t.pick(
            "Sie gehen zuerst in die Cloud und sind dann für alle sichtbar. Falsche Stellen bleiben weg.",
            "They go to the cloud first and are visible to everybody then. What is wrong is left out.",
        ))
        .field(Field::hidden("ticket", ticket.to_string()))
}

fn taken(t: Lang, read: &Read) -> Note {
    let what = match (read.kept, t) {
        (1, _) => t
            .pick("Ein Kontakt ist auf dem Weg in die Cloud.", "One contact is on its way to the cloud.")
            .to_owned(),
        (n, Lang::De) => format!("{n} Kontakte sind auf dem Weg in die Cloud."),
        (n, Lang::En) => format!("{n} contacts are on their way to the cloud."),
    };
    let go = t.pick("Wie weit sie sind, steht unter Änderungen", "How far they are stands under Changes");
    Note {
        tone: Tone::Good,
        kind: String::new(),
        what,
        more: String::new(),
        link: Some(("/changes".to_owned(), go.to_owned())),
    }
}

fn listed(t: Lang, read: &Read) -> Option<Table> {
    if read.contacts.is_empty() {
        return None;
    }
    let columns = [
        Column::new("", t.pick("Name", "Name")),
        Column::new("", t.numbers()),
        Column::new("", t.pick("E-Mail", "E-mail")),
    ];
    let title = t.pick("Neue Kontakte", "New contacts");
    let mut table = Table::plain(t, title, columns);
    for contact in read.contacts.iter().take(LISTED) {
        let joined = |texts: &[String]| Cell::text(texts.join(", "));
        table.row([Cell::name(&contact.name, ""), joined(&contact.numbers), joined(&contact.emails)]);
    }
    Some(table.done())
}

fn problems(t: Lang, read: &Read) -> Option<Table> {
    if read.problems.is_empty() {
        return None;
    }
    let columns = [
        Column::new("", t.pick("Wo", "Where")),
        Column::new("", t.pick("Was nicht stimmt", "What is wrong")),
        Column::new("", t.pick("Folge", "What follows")),
    ];
    let title = t.pick("Was nicht stimmt", "What is wrong");
    let mut table = Table::plain(t, title, columns);
    for problem in read.problems.iter().take(PROBLEMS) {
        let row = format!("{} {}", t.pick("Zeile", "Row"), problem.row);
        let column = problem.column.map(|at| format!("{} {}", t.pick("Spalte", "column"), letter(at)));
        let follows = if problem.loses_row {
            Cell::mark(Tone::Bad, t.pick("Zeile bleibt weg", "the row is left out"))
        } else {
            Cell::mark(Tone::Warn, t.pick("Zelle bleibt weg", "the cell is left out"))
        };
        table.row([Cell::name(row, column.unwrap_or_default()), Cell::text(trouble(t, problem)), follows]);
    }
    Some(table.done())
}

/// Columns as spreadsheets name them: A to Z, then AA.
fn letter(at: usize) -> String {
    let (before, last) = (at / 26, at % 26);
    let last = u8::try_from(last).map_or('?', |last| char::from(b'A' + last));
    if before == 0 { last.to_string() } else { format!("{}{last}", letter(before - 1)) }
}

fn trouble(t: Lang, problem: &Problem) -> String {
    let words = match problem.why.as_str() {
        "number" if t == Lang::En => return problem.what.clone(),
        "number" => "Keine Rufnummer, die sich wählen lässt; bitte so: +49 30 123456.",
        "formula" => t.pick("Eine Formel; bitte die Werte einfügen.", "A formula; paste the values."),
        "lost_letter" => t.pick(
            "Beim Speichern gingen Buchstaben verloren; bitte als UTF-8 speichern.",
            "Letters were lost when the file was saved; save it as UTF-8.",
        ),
        "too_long" => t.pick("Zu lang, wird gekürzt.", "Too long, is cut."),
        "email" => t.pick("Keine E-Mail-Adresse.", "No e-mail address."),
        "no_name" => t.pick("Weder Name noch Firma.", "Neither a name nor a company."),
        "no_number" => t.pick("Keine Rufnummer.", "No number."),
        _ => return problem.what.clone(),
    };
    words.to_owned()
}

const REASONS: &[(&str, [&str; 2])] = &[
    (
        "not here any more",
        [
            "Die Datei liegt nicht mehr bereit. Bitte noch einmal auswählen und prüfen.",
            "The file is not at hand any more. Please choose and check it again.",
        ],
    ),
    (
        "can be taken over at once",
        [
            "Das sind zu viele neue Kontakte auf einmal (höchstens 400). Bitte die Datei teilen.",
            "These are too many new contacts at once (400 at most). Please split the file.",
        ],
    ),
    (
        "too many changes",
        [
            "Es warten schon zu viele Änderungen auf die Cloud.",
            "Too many changes wait for the cloud already.",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::letter;

    #[test]
    fn columns_are_named_as_in_a_spreadsheet() {
        assert_eq!([0, 25, 26, 51, 52, 702].map(letter), ["A", "Z", "AA", "AZ", "BA", "AAA"]);
    }
}

//! The telephone book as files: out for other programs, and in from them, with a look before anything is taken over.

use std::io::Cursor;

use account::{Dialling, UserId};
use directory::export::Table;
use directory::vcard::Version;
use directory::{Columns, Contact, Imported, Scope};
use mirror::Kind;
use serde_json::{Value, json};
use sheet::{Limits, Sheet, SheetRefused};

use super::Mirroring;

/// Contacts of one file that can be taken over at once; each is a change of its own, and so many may wait.
const MOST: usize = 400;
/// Contacts shown before they are taken over.
const SHOWN: usize = 1_000;

impl Mirroring {
    /// The contacts that everybody in the account sees, as one file.
    pub(super) fn contact_file(&self, form: &str) -> Result<Value, String> {
        let contacts = self.contacts();
        let here = self.dialling();
        let mut file = Vec::new();
        let mut table = |table| directory::export::export(&mut file, table, &here, &contacts);
        let written = match form {
            "outlook.csv" => table(Table::Outlook),
            "google.csv" => table(Table::Google),
            "excel.csv" => table(Table::Excel),
            "contacts.vcf" => directory::vcard::write(&mut file, Version::V3, &contacts),
            _ => return Err("contacts come as outlook.csv, google.csv, excel.csv or contacts.vcf".to_owned()),
        };
        written.map_err(|fault| fault.to_string())?;
        Ok(Value::from(String::from_utf8_lossy(&file).into_owned()))
    }

    /// What a file holds and what is wrong with it; with `keep`, every contact that is new becomes a change for the cloud.
    pub(super) async fn contact_upload(&mut self, file: Vec<u8>, keep: bool) -> Result<Value, String> {
        let here = self.dialling();
        let read = tokio::task::spawn_blocking(move || read(&file, &here)).await;
        let read = read.map_err(|fault| fault.to_string())?;
        let mut read = read.map_err(|refused| refused.to_string())?;
        read.contacts = directory::contact::united(read.contacts);
        let known = self.contacts();
        let is_new = |contact: &&Contact| !known.iter().any(|it| same(it, contact));
        let new: Vec<&Contact> = read.contacts.iter().filter(is_new).collect();
        let mut kept = 0;
        if keep {
            if new.len() > MOST {
                return Err(format!("{} new contacts; at most {MOST} can be taken over at once", new.len()));
            }
            for contact in &new {
                let numbers: Vec<_> = contact.numbers.iter().map(|number| &number.number).collect();
                let change = json!({"act": "contact_new", "name": contact.shown(), "numbers": numbers, "shared": true});
                self.change(change).await?;
                kept += 1;
            }
        }
        let problems = read.problems.iter().map(|problem| {
            json!({"row": problem.row, "column": problem.column, "loses_row": problem.trouble.loses_row(),
                   "what": problem.trouble.to_string(), "why": problem.trouble.name()})
        });
        let shown = new.iter().take(SHOWN).map(|contact| {
            let numbers: Vec<_> = contact.numbers.iter().map(|number| &number.number).collect();
            json!({"name": contact.shown(), "numbers": numbers, "emails": contact.emails})
        });
        Ok(json!({
            "schema": "contacts-read/1", "rows": read.rows, "new": new.len(), "known": read.contacts.len() - new.len(),
            "kept": kept, "contacts": shown.collect::<Vec<_>>(), "problems": problems.collect::<Vec<_>>(),
            "more_problems": read.more_problems,
        }))
    }

    /// Shared contacts only: a file has no owner.
    fn contacts(&self) -> Vec<Contact> {
        let here = self.dialling();
        let nobody: Option<&UserId> = None;
        let bodies = self.documents.of(Kind::Contact).map(|document| document.body.read());
        bodies.filter_map(|body| directory::mirrored(&body, nobody, &here)).collect()
    }
}

fn same(one: &Contact, other: &Contact) -> bool {
    let has =
        |number: &directory::ContactNumber| one.numbers.iter().any(|known| known.number == number.number);
    one.shown().to_lowercase() == other.shown().to_lowercase() && other.numbers.iter().all(has)
}

/// A vCard file says so in its first line; everything else is a table.
fn read(file: &[u8], here: &Dialling) -> Result<Imported, SheetRefused> {
    let scope = Scope::Shared;
    let text = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file).trim_ascii_start();
    if text.get(..11).is_some_and(|start| start.eq_ignore_ascii_case(b"BEGIN:VCARD")) {
        return directory::vcard::import(Cursor::new(file), Limits::default(), here, &scope);
    }
    let mut sheet = Sheet::open(Cursor::new(file), Limits::default())?;
    let heading = sheet.next_row()?.unwrap_or_default();
    let columns = Columns::recognise(&heading.cells);
    directory::import(&mut sheet, &columns, here, &scope)
}

//! `gatehouse backup` and `gatehouse restore`: the box as one file, and a box out of one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use serde_json::json;
use web::StatusCode;
use zeroize::Zeroizing;

use crate::cli::{FAILURE, OK};
use crate::place::Place;
use crate::show::{ShowFailed, complain, say, text};

/// A passphrase and the end of its line, in bytes.
const LONGEST: u64 = 1024;
/// Read at once, in bytes.
const PIECE: usize = 64 * 1024;

/// Writes the backup to a file that does not exist yet; nothing is left of it when it does not become whole.
pub(crate) fn make(place: &Place, file: &Path) -> Result<u8, ShowFailed> {
    let body = json!({ "passphrase": *passphrase()? }).to_string();
    let at = |cause| ShowFailed::File { path: file.to_owned(), cause };
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map_err(at)?;
    let fetched = runtime()?.block_on(web::fetch(&place.socket(), "/api/v1/backup", body.into(), &mut out));
    let kept = match &fetched {
        Ok((status, _)) if status.is_success() => out.sync_all().map(|()| true),
        _ => Ok(false),
    };
    if !matches!(kept, Ok(true)) {
        fs::remove_file(file).map_err(at)?;
    }
    let (status, told) = fetched?;
    if kept.map_err(at)? {
        say(&format!("{}: the box is in there; keep it and the passphrase apart", file.display()));
        return Ok(OK);
    }
    refused(status, &told)
}

/// Gives a backup to the running box.
pub(crate) fn restore(place: &Place, file: &Path) -> Result<u8, ShowFailed> {
    let passphrase = passphrase()?;
    let mut noise = [0; 16];
    getrandom::fill(&mut noise).map_err(io::Error::other)?;
    let boundary: String = noise.iter().map(|byte| format!("{byte:02x}")).collect();
    let at = |cause| ShowFailed::File { path: file.to_owned(), cause };
    let form = form(&boundary, &passphrase, File::open(file).map_err(at)?);
    let kind = format!("multipart/form-data; boundary={boundary}");
    let (status, told) = runtime()?.block_on(web::bring(&place.socket(), "/api/v1/restore", &kind, form))?;
    if status.is_success() {
        complain("taken in and checked; the box starts anew with it once nobody talks");
        return Ok(OK);
    }
    refused(status, &told)
}

fn refused(status: StatusCode, told: &Bytes) -> Result<u8, ShowFailed> {
    let told = serde_json::from_slice(told).map_err(|_| ShowFailed::Unreadable)?;
    let why = text(&told, "/reason");
    complain(if why.is_empty() { status.as_str() } else { &why });
    Ok(FAILURE)
}

/// The first line of standard input.
fn passphrase() -> io::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    io::stdin().lock().take(LONGEST).read_line(&mut line)?;
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// As a browser sends it (RFC 7578).
fn form(boundary: &str, passphrase: &str, file: File) -> impl Stream<Item = io::Result<Bytes>> + use<> {
    let field = |name: &str| format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"");
    let (typed, chosen) = (field("passphrase"), field("file"));
    let head = format!("{typed}\r\n\r\n{passphrase}\r\n{chosen}; filename=\"backup\"\r\n\r\n");
    let end = format!("\r\n--{boundary}--\r\n");
    let whole = |text: String| stream::once(async move { Ok(Bytes::from(text)) });
    whole(head).chain(stream::iter(pieces(file))).chain(whole(end))
}

fn pieces(mut file: File) -> impl Iterator<Item = io::Result<Bytes>> {
    std::iter::from_fn(move || {
        let mut piece = Vec::with_capacity(PIECE);
        match (&mut file).take(PIECE as u64).read_to_end(&mut piece) {
            Ok(0) => None,
            Ok(_) => Some(Ok(piece.into())),
            Err(fault) => Some(Err(fault)),
        }
    })
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

//! A server of files over plain HTTP, which hands out the rest of one when asked for it (RFC 9110 14) and can be told to break off.

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
};

/// What lies there and what is to become of it.
#[derive(Debug, Default)]
struct Files {
    files: HashMap<String, Vec<u8>>,
    /// The next answer ends after so many bytes.
    cut: Option<usize>,
    /// Every request: its path, and from which byte on.
    asked: Vec<(String, usize)>,
}

/// A running server; its thread ends with the test.
#[derive(Debug)]
pub struct Shelf {
    /// `http://127.0.0.1:40061`.
    pub api: String,
    files: Arc<Mutex<Files>>,
}

impl Shelf {
    /// On a free port of this machine, empty.
    #[must_use]
    pub fn start() -> Self {
        let door = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let api = format!("http://{}", door.local_addr().expect("an address"));
        let files = Arc::<Mutex<Files>>::default();
        let shelf = Self { api, files: Arc::clone(&files) };
        std::thread::spawn(move || {
            for socket in door.incoming().map_while(Result::ok) {
                let files = Arc::clone(&files);
                std::thread::spawn(move || answer(socket, &files));
            }
        });
        shelf
    }

    /// Puts a file there, or another in its place.
    pub fn puts(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.with(|files| files.files.insert(path.to_owned(), bytes.into()));
    }

    /// The next answer breaks off after so many bytes.
    pub fn cuts_after(&self, bytes: usize) {
        self.with(|files| files.cut = Some(bytes));
    }

    /// From which bytes on a file was asked for, one after the other.
    #[must_use]
    pub fn asked_for(&self, path: &str) -> Vec<usize> {
        self.with(|files| {
            files.asked.iter().filter(|(asked, _)| asked == path).map(|(_, from)| *from).collect()
        })
    }

    fn with<R>(&self, act: impl FnOnce(&mut Files) -> R) -> R {
        act(&mut self.files.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One request on a connection. Whoever goes away early has what was wanted.
fn answer(mut socket: TcpStream, files: &Mutex<Files>) {
    let Ok(reading) = socket.try_clone() else { return };
    let lines: Vec<String> =
        BufReader::new(reading).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let path = lines.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
    let range =
        lines.iter().find_map(|line| line.to_lowercase().strip_prefix("range: bytes=").map(str::to_owned));
    let from = range.and_then(|range| range.trim_end_matches('-').parse().ok()).unwrap_or(0);
    let (file, cut) = {
        let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
        files.asked.push((path.clone(), from));
        (files.files.get(&path).cloned(), files.cut.take())
    };
    let head = |status: &str, length: usize| {
        format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n")
    };
    let _ = match file.as_deref().map(|file| (file.len(), file.get(from..))) {
        None => write!(socket, "{}\r\n", head("404 Not Found", 0)),
        Some((_, None)) => write!(socket, "{}\r\n", head("416 Range Not Satisfiable", 0)),
        Some((whole, Some(rest))) => {
            let end = cut.unwrap_or(rest.len()).min(rest.len());
            let (status, range) = if from == 0 {
                ("200 OK", String::new())
            } else {
                ("206 Partial Content", format!("Content-Range: bytes {from}-{}/{whole}\r\n", whole - 1))
            };
            write!(socket, "{}{range}\r\n", head(status, rest.len()))
                .and_then(|()| socket.write_all(rest.get(..end).unwrap_or_default()))
        }
    };
}

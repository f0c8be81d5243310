//! A mail server of a few lines, spoken to over a socket.

use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use super::{Closed, Letter, MailFailed, Mailer, Server};

async fn server(talks: bool) -> (Server, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut heard = vec![];
        if !talks {
            std::future::pending::<()>().await;
        }
        let (read, mut write) = stream.into_split();
        write.write_all(b"220 here\r\n").await.unwrap();
        let mut lines = BufReader::new(read).lines();
        let mut in_letter = false;
        while let Ok(Some(line)) = lines.next_line().await {
            let answer = match line.as_str() {
                "." => "250 taken\r\n",
                "DATA" => "354 go on\r\n",
                "QUIT" => "221 bye\r\n",
                _ if in_letter => "",
                _ => "250 fine\r\n",
            };
            in_letter = (in_letter || line == "DATA") && line != ".";
            heard.push(line);
            write.write_all(answer.as_bytes()).await.unwrap();
            if heard.last().is_some_and(|line| line == "QUIT" || line == ".") {
                break;
            }
        }
        heard
    });
    (Server { host: "127.0.0.1".to_owned(), port, closed: Closed::Never, login: None }, heard)
}

fn mailer(server: &Server) -> Mailer {
    let to = vec!["safety@example.com".parse().unwrap(), "Tor <gate@example.com>".parse().unwrap()];
    Mailer::new(server, "box@example.com".parse().unwrap(), to).unwrap()
}

fn letter() -> Letter {
    Letter { subject: "NOTRUF 112\r\nBcc: x@example.com".to_owned(), text: "Teeküche, 2. Stock".to_owned() }
}

#[tokio::test]
async fn everybody_gets_the_letter_and_no_subject_adds_a_reader() {
    let (server, heard) = server(true).await;
    mailer(&server).send(&letter()).await.unwrap();
    let heard = heard.await.unwrap();
    let to: Vec<&String> = heard.iter().filter(|line| line.starts_with("RCPT TO:")).collect();
    assert_eq!(to, ["RCPT TO:<safety@example.com>", "RCPT TO:<gate@example.com>"]);
    assert!(!heard.iter().any(|line| line.starts_with("Bcc")), "{heard:?}");
    assert!(heard.iter().any(|line| line == "From: box@example.com"), "{heard:?}");
}

#[tokio::test]
async fn whether_letters_would_be_taken_is_asked_without_one() {
    let (server, heard) = server(true).await;
    mailer(&server).reaches().await.unwrap();
    heard.abort();
    let nobody = Server { port: 9, ..server };
    assert!(matches!(mailer(&nobody).reaches().await, Err(MailFailed::Server(_))));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_not_waited_for_long() {
    let (server, heard) = server(false).await;
    let start = tokio::time::Instant::now();
    let failed = mailer(&server).send(&letter()).await.unwrap_err();
    assert!(matches!(failed, MailFailed::Silent), "{failed}");
    assert!(start.elapsed() <= Duration::from_secs(31), "{:?}", start.elapsed());
    heard.abort();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let server =
        Server { host: "127.0.0.1".to_owned(), port: gone.port(), closed: Closed::Never, login: None };
    let start = Instant::now();
    assert!(matches!(mailer(&server).send(&letter()).await, Err(MailFailed::Server(_))));
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn what_is_no_address_is_refused() {
    for text in ["", "safety", "a@b@c", "x <y", "a\r\nb@example.com"] {
        assert!(text.parse::<super::Address>().is_err(), "{text:?}");
    }
}

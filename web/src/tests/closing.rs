//! Opening and closing: what is in the way is named, and nothing is left behind.

use super::*;
use crate::ServeFailed;

fn sources() -> Sources {
    let clock = Arc::new(HandClock::default());
    let (_, view) = watch::channel(Arc::new(view(clock.now())));
    Sources {
        view,
        vault: Arc::new(MemoryVault::default()),
        metrics: Arc::new(Metrics::new("1")),
        clock,
        commands: Arc::new(NoCommands),
    }
}

async fn refused(config: Config) -> ServeFailed {
    crate::serve(config, sources(), std::future::pending()).await.unwrap_err()
}

#[tokio::test]
async fn a_taken_port_is_named_with_what_to_do() {
    let house = House::new().await;
    let dir = TempDir::new().unwrap();
    let taken = house.serving.https;
    let failed = refused(Config { https: taken, ..config(&dir) }).await.to_string();
    let port = taken.port();
    assert_eq!(
        failed,
        format!(
            "[web] https: port {port} is taken by another program; `ss -ltnp sport = :{port}` names it: stop it, or \
             choose another port"
        )
    );
    let failed = refused(Config { http: Some(taken), ..config(&dir) }).await;
    assert!(matches!(failed, ServeFailed::PortTaken { key: "http", .. }));
    let failed = refused(Config { https: ([192, 0, 2, 1], 0).into(), ..config(&dir) }).await;
    assert!(matches!(failed, ServeFailed::NoSuchAddress { key: "https", .. }));
}

#[tokio::test]
async fn a_second_daemon_is_refused_and_a_dead_one_replaced() {
    let house = House::new().await;
    let config = || Config { socket: Some(house.socket()), ..config(&house.dir) };
    assert!(matches!(refused(config()).await, ServeFailed::SocketTaken { .. }));

    let dir = TempDir::new().unwrap();
    let path = dir.path().join("left.socket");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let serving =
        crate::serve(Config { socket: Some(path.clone()), ..config() }, sources(), std::future::pending())
            .await
            .unwrap();
    assert!(UnixStream::connect(&path).await.is_ok());
    drop(serving);

    std::fs::write(&path, "a file of somebody").unwrap_err();
}

#[tokio::test]
async fn closing_ends_open_pages_within_three_seconds() {
    let (house, cookie) = House::set_up().await;
    let mut stream = house.send(request("GET", "/events").header("cookie", &cookie), "").await.into_body();
    stream.frame().await.unwrap().unwrap();
    let (address, socket) = (house.serving.https, house.socket());
    let idle = TcpStream::connect(address).await.unwrap();

    house.close.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(3), house.serving.ended()).await.unwrap();
    assert!(stream.frame().await.is_none_or(|frame| frame.is_err()));
    assert!(TcpStream::connect(address).await.is_err());
    assert!(!socket.exists(), "the socket is gone with the daemon");
    drop(idle);
}

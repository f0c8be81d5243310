//! Asking the daemon on its socket.

use serde_json::Value;
use tests::Gatehouse;

/// What came back, whatever it is.
pub(crate) fn raw(house: &Gatehouse, method: &str, path: &str, body: &[u8]) -> Vec<u8> {
    let file = house.data().join("upload");
    std::fs::write(&file, body).unwrap();
    let mut command = std::process::Command::new("curl");
    command.args(["-sS", "-m", "60", "-X", method, "--unix-socket"]).arg(house.data().join("gatehouse.sock"));
    let form = if body.first() == Some(&b'{') { "application/json" } else { "application/octet-stream" };
    command.args(["-H", &format!("content-type: {form}")]);
    if method == "POST" {
        command.arg("--data-binary").arg(format!("@{}", file.display()));
    }
    let out = command.arg(format!("http://localhost{path}")).output().unwrap();
    assert!(out.status.success(), "{out:?}");
    out.stdout
}

/// JSON comes back as such, anything else as text.
pub(crate) fn ask(house: &Gatehouse, method: &str, path: &str, body: &[u8]) -> Value {
    let text = String::from_utf8_lossy(&raw(house, method, path, body)).into_owned();
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

//! Asking the daemon on its socket.

use std::path::Path;

use serde_json::Value;
use tests::Gatehouse;

/// What came back, whatever it is.
pub(crate) fn raw(house: &Gatehouse, method: &str, path: &str, body: &[u8]) -> Vec<u8> {
    let file = house.data().join("upload");
    std::fs::write(&file, body).unwrap();
    let form = if body.first() == Some(&b'{') { "application/json" } else { "application/octet-stream" };
    sent(house, (method, path), &file, form)
}

/// What came back after a file was sent, as text.
pub(crate) fn send(house: &Gatehouse, path: &str, file: &Path) -> String {
    String::from_utf8_lossy(&sent(house, ("POST", path), file, "application/octet-stream")).into_owned()
}

fn sent(house: &Gatehouse, (method, path): (&str, &str), file: &Path, form: &str) -> Vec<u8> {
    let mut command = std::process::Command::new("curl");
    command.args(["-sS", "-m", "60", "-X", method, "--unix-socket"]).arg(house.data().join("gatehouse.sock"));
    command.args(["-H", &format!("content-type: {form}")]);
    if method == "POST" {
        // Not read into memory first, as `--data-binary` would.
        command.arg("--upload-file").arg(file);
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

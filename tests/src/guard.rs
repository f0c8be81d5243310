//! TLS before a program that speaks plain HTTP, with a certificate nobody knows: a cloud as it is seen through a firewall that opens TLS.

use std::{
    fs,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    process::Command,
};

use tempfile::TempDir;

use crate::{Place, Program, program::run, until};

/// A running stunnel.
#[derive(Debug)]
pub struct Guard {
    _program: Program,
    folder: TempDir,
}

impl Guard {
    /// Listens at `accept` for those who call it by `name`, and passes on to the HTTP server at `api`.
    #[must_use]
    pub fn before(api: &str, place: &Place, accept: SocketAddr, name: IpAddr) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [certificate, key] = ["certificate.pem", "key.pem"].map(|name| folder.path().join(name));
        let mut make = Command::new("openssl");
        make.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
        make.args(["-days", "30", "-subj", "/CN=practice", "-addext", &format!("subjectAltName=IP:{name}")]);
        make.args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"]).arg(&key);
        make.arg("-out").arg(&certificate);
        run(make);
        let plain = api.strip_prefix("http://").expect("a plain address");
        let [certificate, key] = [&certificate, &key].map(|path| path.display());
        let service = format!("accept = {accept}\nconnect = {plain}\ncert = {certificate}\nkey = {key}\n");
        let file = folder.path().join("stunnel.conf");
        fs::write(&file, format!("foreground = yes\npid =\n[cloud]\n{service}")).expect("a configuration");
        let mut stunnel = place.command("stunnel");
        stunnel.arg(&file);
        let program = Program::start("stunnel", stunnel, folder.path());
        until("stunnel to listen", || program.log().contains("Configuration successful").then_some(()));
        Self { _program: program, folder }
    }

    /// Whoever has this file trusts it.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }
}

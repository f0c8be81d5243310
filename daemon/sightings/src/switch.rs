//! Asking one switch over SNMP: v2c with a community (RFC 1901), or v3 with a user (RFC 3414).

use std::time::Duration;

use account::Secret;
use async_snmp::{Auth, AuthProtocol, Client, Oid, PrivProtocol, Retry, UdpHandle, UsmConfig, WalkOptions};

use crate::look::LookFailed;
use crate::tables::{COLUMNS, Row, Tables, Value};

/// A switch that is asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Switch {
    /// Host and port, `192.0.2.2:161`.
    pub address: String,
    /// What the installer calls it; `None`: its chassis id.
    pub name: Option<String>,
    /// By what it lets us ask.
    pub access: Access,
}

/// By what a switch lets us ask.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Access {
    /// SNMP v2c.
    Community(Secret),
    /// SNMP v3.
    User {
        /// Its name.
        name: String,
        /// How questions are signed.
        auth: (AuthKind, Secret),
        /// How they are hidden, if they are.
        privacy: Option<(PrivacyKind, Secret)>,
    },
}

/// How questions of v3 are signed (RFC 3414, RFC 7860).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(missing_docs, reason = "the names are the standards' own")]
pub enum AuthKind {
    Md5,
    Sha1,
    Sha256,
    Sha512,
}

/// How questions of v3 are hidden (RFC 3414 8, RFC 3826, and for 256 bits as most switches do it).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(missing_docs, reason = "the names are the standards' own")]
pub enum PrivacyKind {
    Des,
    Aes128,
    Aes256,
}

/// A question is repeated once.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// Cells of one column that are read; a core switch of a large site has a tenth of it.
const MOST_ROWS: usize = 20_000;
/// Cells asked for at once.
const AT_ONCE: u32 = 10;

impl Switch {
    /// Asks for every table.
    pub(crate) async fn ask(&self) -> Result<Tables, LookFailed> {
        let client = self.client().await?;
        let mut tables = Tables::default();
        for (column, rows) in COLUMNS.iter().zip(&mut tables.columns) {
            *rows = walk(&client, column).await?;
        }
        Ok(tables)
    }

    async fn client(&self) -> Result<Client<UdpHandle>, LookFailed> {
        let auth = self.access.auth()?;
        let client = Client::builder(self.address.as_str(), auth)
            .request_timeout(ANSWER_WITHIN)
            .strict_source(true)
            .retry(Retry::fixed(1, Duration::ZERO).map_err(|_| LookFailed::Address)?);
        client.connect().await.map_err(|_| LookFailed::Address)
    }
}

impl Access {
    fn auth(&self) -> Result<Auth, LookFailed> {
        let (name, auth, privacy) = match self {
            Self::Community(community) => return Ok(Auth::v2c(community.expose().to_owned())),
            Self::User { name, auth, privacy } => (name, auth, privacy),
        };
        let user = UsmConfig::new(name.clone());
        let (kind, secret) = (auth.0.protocol(), auth.1.expose().as_bytes());
        let user = match privacy {
            None => user.auth(kind, secret),
            Some((hidden, key)) => user.auth_priv(kind, secret, hidden.protocol(), key.expose().as_bytes()),
        };
        user.map(Auth::from).map_err(|_| LookFailed::Secret)
    }
}

impl AuthKind {
    const fn protocol(self) -> AuthProtocol {
        match self {
            Self::Md5 => AuthProtocol::Md5,
            Self::Sha1 => AuthProtocol::Sha1,
            Self::Sha256 => AuthProtocol::Sha256,
            Self::Sha512 => AuthProtocol::Sha512,
        }
    }
}

impl PrivacyKind {
    const fn protocol(self) -> PrivProtocol {
        match self {
            Self::Des => PrivProtocol::Des,
            Self::Aes128 => PrivProtocol::Aes128,
            Self::Aes256 => PrivProtocol::Aes256Reeder,
        }
    }
}

/// All cells of a column; one that the switch does not have is empty.
async fn walk(client: &Client<UdpHandle>, column: &[u32]) -> Result<Vec<Row>, LookFailed> {
    let options = WalkOptions { max_repetitions: AT_ONCE, ..WalkOptions::default() };
    let walk = client.walk_with(Oid::from_slice(column), options);
    let mut walk = walk.map_err(|_| LookFailed::Odd)?;
    let mut rows = Vec::new();
    while let Some(cell) = walk.next().await {
        let cell = cell.map_err(|why| failed(&why))?;
        let Some(index) = cell.oid.arcs().get(column.len()..) else { continue };
        let number = cell.value.as_u32();
        let value = match (cell.value, number) {
            (async_snmp::Value::OctetString(bytes), _) => Value::Bytes(bytes.to_vec()),
            (_, Some(number)) => Value::Number(number),
            (_, None) => continue,
        };
        rows.push(Row { index: index.to_vec(), value });
        if rows.len() >= MOST_ROWS {
            break;
        }
    }
    Ok(rows)
}

fn failed(why: &async_snmp::Error) -> LookFailed {
    if matches!(why, async_snmp::Error::Timeout { .. } | async_snmp::Error::Network { .. }) {
        LookFailed::Silent
    } else if matches!(why, async_snmp::Error::Auth { .. }) {
        LookFailed::Refused
    } else {
        LookFailed::Odd
    }
}

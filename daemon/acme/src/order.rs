//! From a plan to a certificate: account, order, proof, certificate (RFC 8555 7).

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use hickory_proto::rr::Name;
use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, ChallengeType, Error, Identifier, NewAccount, NewOrder,
    Order, OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use rustls::RootCertStore;
use serde::{Deserialize, Serialize};

use crate::directory::Directory;
use crate::public::{self, KeepFailed, Kept};
use crate::zone::Zone;
use crate::{Plan, Public, Tsig};

pub use crate::zone::ZoneFailed;

/// Who we are to the authority, below the folder of the box's data.
const ACCOUNT: &str = "acme.json";
const LARGEST: u64 = 64 * 1024;
/// How long an authority may look, and then make up its mind.
const LOOKS: Duration = Duration::from_secs(180);
/// More of what others say is not repeated.
const SAID: usize = 300;

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum OrderFailed {
    /// The authority does not answer, or not as one.
    #[error("the authority does not answer: {0}")]
    Silent(String),
    /// The authority does not want to.
    #[error("the authority refuses: {0}")]
    Refused(String),
    /// The admin's: the key for changes of the zone cannot be read.
    #[error("{0}")]
    Key(String),
    /// The name server's.
    #[error(transparent)]
    Zone(#[from] ZoneFailed),
    /// The authority has not decided in time.
    #[error("the authority has not decided within three minutes")]
    Late,
    /// The box's.
    #[error("the certificate cannot be kept: {0}")]
    Keep(#[from] KeepFailed),
    /// The box's, or nobody's: this does not happen.
    #[error("keys cannot be made or understood")]
    Crypto,
}

#[derive(Deserialize, Serialize)]
struct KnownAs {
    directory: String,
    credentials: AccountCredentials,
}

/// Fetches a certificate and keeps it in `folder`. `roots` vouch for the authority's own server.
///
/// # Errors
/// [`OrderFailed`]; what was kept before stays. The zone is as it was before, unless its server does not answer any more.
pub async fn order(
    plan: &Plan,
    tsig: &Tsig,
    roots: RootCertStore,
    folder: &Path,
) -> Result<Public, OrderFailed> {
    let zone = Zone::new(plan.server, plan.zone.clone(), tsig)?;
    let account = account(plan, roots, folder).await?;
    let names: Vec<Identifier> = plan.names.iter().cloned().map(Identifier::Dns).collect();
    let mut order = account.new_order(&NewOrder::new(&names)).await?;
    let mut written = Vec::new();
    let proved = prove(plan, &zone, &mut order, &mut written).await;
    for (record, text) in &written {
        // The certificate counts; a text that stays says nothing to anybody.
        let _ = zone.take(record, text).await;
    }
    proved?;
    let key = KeyPair::generate().map_err(|_| OrderFailed::Crypto)?;
    order.finalize_csr(&request(&plan.names, &key).ok_or(OrderFailed::Crypto)?).await?;
    let chain = order.poll_certificate(&RetryPolicy::new().timeout(LOOKS)).await?;
    let kept = Kept { names: plan.names.clone(), chain, key: key.serialize_pem() };
    let public = Public::read(&kept).filter(|public| public.counts(SystemTime::now()));
    let public =
        public.ok_or_else(|| OrderFailed::Refused("its certificate does not count now".to_owned()))?;
    Public::keep(folder, &kept)?;
    Ok(public)
}

/// The account that the box has with this authority, made when there is none.
async fn account(plan: &Plan, roots: RootCertStore, folder: &Path) -> Result<Account, OrderFailed> {
    let builder = || {
        let way = Directory::new(roots.clone()).map_err(|_| OrderFailed::Crypto)?;
        Ok::<_, OrderFailed>(Account::builder_with_http(Box::new(way)))
    };
    let path = folder.join(ACCOUNT);
    let known = fs::metadata(&path).ok().filter(|about| about.len() <= LARGEST);
    let known = known.and_then(|_| serde_json::from_slice::<KnownAs>(&fs::read(&path).ok()?).ok());
    if let Some(known) = known.filter(|known| known.directory == plan.directory) {
        return Ok(builder()?.from_credentials(known.credentials).await?);
    }
    let contact = plan.contact.as_ref().map(|contact| format!("mailto:{contact}"));
    let contact: Vec<&str> = contact.iter().map(String::as_str).collect();
    let wanted = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
    let (account, credentials) = builder()?.create(&wanted, plan.directory.clone(), None).await?;
    let known = serde_json::to_vec(&KnownAs { directory: plan.directory.clone(), credentials });
    let kept = known.map_err(io::Error::other).and_then(|known| public::write(&path, &known));
    kept.map_err(|cause| KeepFailed::new(path, cause))?;
    Ok(account)
}

/// Shows the authority that each name is ours (RFC 8555 8.4); what was written for that goes to `written`.
async fn prove(
    plan: &Plan,
    zone: &Zone,
    order: &mut Order,
    written: &mut Vec<(Name, String)>,
) -> Result<(), OrderFailed> {
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization?;
        if authorization.status == AuthorizationStatus::Valid {
            continue;
        }
        let challenge = authorization.challenge(ChallengeType::Dns01);
        let mut challenge =
            challenge.ok_or_else(|| OrderFailed::Refused("it takes no proof by DNS".to_owned()))?;
        let record = plan.record(&challenge.identifier().to_string()).ok_or(OrderFailed::Crypto)?;
        let text = challenge.key_authorization().dns_value();
        written.push((record.clone(), text.clone()));
        zone.put(&record, &text).await?;
        zone.shows(&record, &text).await?;
        challenge.set_ready().await?;
    }
    match order.poll_ready(&RetryPolicy::new().timeout(LOOKS)).await? {
        OrderStatus::Ready | OrderStatus::Valid => Ok(()),
        OrderStatus::Invalid => Err(OrderFailed::Refused(reason(order).await)),
        OrderStatus::Pending | OrderStatus::Processing => Err(OrderFailed::Late),
    }
}

/// What the authority said of the proof that it did not take.
async fn reason(order: &mut Order) -> String {
    let mut authorizations = order.authorizations();
    while let Some(Ok(authorization)) = authorizations.next().await {
        let problem = authorization.challenges.iter().find_map(|challenge| challenge.error.as_ref());
        if let Some(problem) = problem {
            return cut(&problem.to_string());
        }
    }
    "it does not say why".to_owned()
}

fn request(names: &[String], key: &KeyPair) -> Option<Vec<u8>> {
    let mut params = CertificateParams::new(names).ok()?;
    params.distinguished_name = DistinguishedName::new();
    Some(params.serialize_request(key).ok()?.der().to_vec())
}

impl From<Error> for OrderFailed {
    fn from(failed: Error) -> Self {
        if let Error::Api(problem) = &failed {
            return Self::Refused(cut(&problem.to_string()));
        }
        if matches!(failed, Error::Timeout(_)) {
            return Self::Late;
        }
        if matches!(failed, Error::Crypto | Error::KeyRejected) {
            return Self::Crypto;
        }
        Self::Silent(cut(&causes(&failed)))
    }
}

/// An error with what caused it.
fn causes(failed: &dyn std::error::Error) -> String {
    let mut said = failed.to_string();
    let mut next = failed.source();
    while let Some(cause) = next {
        said = format!("{said}: {cause}");
        next = cause.source();
    }
    said
}

fn cut(said: &str) -> String {
    said.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(SAID).collect()
}

//! Files from a server that is known by its address alone: a small one whole, a large one from where the last try ended
//! (RFC 9110 14.2, 15.3.7).
//!
//! What comes is believed by its signature, not by where it came from; so nothing secret is sent, and nobody is followed elsewhere.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_RANGE, RANGE, USER_AGENT};
use hyper::{Request, Response, StatusCode};
use rustls::RootCertStore;
use tokio::time::timeout;

use crate::client::{Https, https};
use crate::get::AGENT;
use crate::guard::Reach;
use crate::{ClientRefused, Limits};

/// A way to files.
pub struct Depot {
    http: Https,
    /// For an answer to begin, and between two pieces of it.
    patience: Duration,
}

/// Why a file is not there, or not whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DownloadFailed {
    /// The address is none, or not protected.
    #[error("its address is not one that begins with https://")]
    Address,
    /// Nobody answers there, or nobody who can be trusted.
    #[error("the server cannot be reached, or cannot prove who it is")]
    Unreachable,
    /// The server does not have it.
    #[error("the server answers {0}")]
    Refused(u16),
    /// The server does not have the rest that was asked for.
    #[error("the server has no such rest of it")]
    Rest,
    /// Larger than it may be.
    #[error("it is too large")]
    TooLarge,
    /// The connection ended early, or nothing came for too long.
    #[error("it came in part only")]
    Cut,
}

/// A file on its way.
#[derive(Debug)]
pub struct Coming {
    /// Which byte comes first: the one that was asked for, or 0 when the server knows whole files only.
    pub begins: u64,
    body: Incoming,
    patience: Duration,
}

impl Depot {
    /// A way that trusts the public authorities and these.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(authorities: RootCertStore, patience: Duration) -> Result<Self, ClientRefused> {
        let limits = Limits { deadline: patience, ..Limits::default() };
        Ok(Self { http: https(&limits, authorities)?, patience })
    }

    /// A whole file of at most `most` bytes.
    ///
    /// # Errors
    /// [`DownloadFailed`] says whose fault it is.
    pub async fn document(&self, address: &str, most: usize) -> Result<Bytes, DownloadFailed> {
        let answer = self.ask(address, 0).await?;
        let whole = timeout(self.patience, Limited::new(answer.into_body(), most).collect()).await;
        match whole.map_err(|_| DownloadFailed::Cut)? {
            Ok(whole) => Ok(whole.to_bytes()),
            Err(failed) if failed.is::<http_body_util::LengthLimitError>() => Err(DownloadFailed::TooLarge),
            Err(_) => Err(DownloadFailed::Cut),
        }
    }

    /// A file from byte `from` on, piece by piece.
    ///
    /// # Errors
    /// [`DownloadFailed`] says whose fault it is; [`DownloadFailed::Rest`] when it should be begun anew.
    pub async fn rest(&self, address: &str, from: u64) -> Result<Coming, DownloadFailed> {
        let answer = self.ask(address, from).await?;
        let begins = if answer.status() == StatusCode::PARTIAL_CONTENT {
            let said = answer.headers().get(CONTENT_RANGE).and_then(|range| range.to_str().ok());
            let said = said.and_then(|range| range.strip_prefix("bytes ")?.split_once('-')?.0.parse().ok());
            said.filter(|begins| *begins == from).ok_or(DownloadFailed::Rest)?
        } else {
            0
        };
        Ok(Coming { begins, body: answer.into_body(), patience: self.patience })
    }

    async fn ask(&self, address: &str, from: u64) -> Result<Response<Incoming>, DownloadFailed> {
        if !Reach::Anywhere.goes_to(address) {
            return Err(DownloadFailed::Address);
        }
        let mut request = Request::get(address).header(USER_AGENT, AGENT);
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        let request = request.body(Full::<Bytes>::default()).map_err(|_| DownloadFailed::Address)?;
        let answer = timeout(self.patience, self.http.request(request)).await;
        let answer =
            answer.map_err(|_| DownloadFailed::Unreachable)?.map_err(|_| DownloadFailed::Unreachable)?;
        match answer.status() {
            StatusCode::OK => Ok(answer),
            StatusCode::PARTIAL_CONTENT if from > 0 => Ok(answer),
            StatusCode::RANGE_NOT_SATISFIABLE => Err(DownloadFailed::Rest),
            other => Err(DownloadFailed::Refused(other.as_u16())),
        }
    }
}

impl Coming {
    /// What comes next; `None` at the end.
    ///
    /// # Errors
    /// When the connection ends early, or nothing comes for too long.
    pub async fn next(&mut self) -> Result<Option<Bytes>, DownloadFailed> {
        loop {
            let frame = timeout(self.patience, self.body.frame()).await.map_err(|_| DownloadFailed::Cut)?;
            match frame.transpose().map_err(|_| DownloadFailed::Cut)?.map(hyper::body::Frame::into_data) {
                None => return Ok(None),
                Some(Ok(piece)) => return Ok(Some(piece)),
                // Trailers say nothing here.
                Some(Err(_)) => {}
            }
        }
    }
}

impl std::fmt::Debug for Depot {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Depot").field("patience", &self.patience).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

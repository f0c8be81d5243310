//! The state shared by the API, the control interface and the SIP side.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use serde::Serialize;
use serde_json::Value;

use crate::account::{Account, AccountInvalid};
use crate::faults::{self, Fault, FaultKind};
use crate::identity::Identity;
use crate::sip::Line;

/// How many requests are remembered; older ones fall out.
const REMEMBERED: usize = 100_000;

/// A request the API has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Request {
    /// `GET`, ...
    pub method: String,
    /// Path without query.
    pub path: String,
    /// Query as sent, without the question mark.
    pub query: String,
    /// Status answered; of a delayed or broken answer the status it began with.
    pub status: u16,
}

#[derive(Debug)]
pub(crate) struct Cloud {
    account: RwLock<Arc<Account>>,
    faults: Mutex<Vec<Fault>>,
    requests: Mutex<VecDeque<Request>>,
    pub(crate) identity: Mutex<Identity>,
    pub(crate) line: Line,
}

/// A lock is only ever left poisoned by a test that has failed already.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cloud {
    pub(crate) fn new(account: Account, line: Line) -> Self {
        Self {
            account: RwLock::new(Arc::new(account)),
            faults: Mutex::default(),
            requests: Mutex::default(),
            identity: Mutex::default(),
            line,
        }
    }

    pub(crate) fn account(&self) -> Arc<Account> {
        self.account.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn replace(&self, account: Account) {
        *self.account.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(account);
    }

    pub(crate) fn patch(&self, path: &str, patch: Value) -> Result<(), AccountInvalid> {
        let mut account = self.account.write().unwrap_or_else(PoisonError::into_inner);
        *account = Arc::new(account.patched(path, patch)?);
        Ok(())
    }

    pub(crate) fn inject(&self, fault: Fault) {
        if fault.count > 0 {
            lock(&self.faults).push(fault);
        }
    }

    pub(crate) fn clear_faults(&self) {
        lock(&self.faults).clear();
    }

    pub(crate) fn faults(&self) -> Vec<Fault> {
        lock(&self.faults).clone()
    }

    pub(crate) fn take_fault(&self, path: &str) -> Option<FaultKind> {
        faults::take(&mut lock(&self.faults), path)
    }

    pub(crate) fn remember(&self, request: Request) {
        let mut requests = lock(&self.requests);
        if requests.len() == REMEMBERED {
            requests.pop_front();
        }
        requests.push_back(request);
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        lock(&self.requests).iter().cloned().collect()
    }

    pub(crate) fn requests_by_path(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for request in lock(&self.requests).iter() {
            *counts.entry(request.path.clone()).or_default() += 1;
        }
        counts
    }

    pub(crate) fn count(&self, prefix: &str) -> usize {
        lock(&self.requests).iter().filter(|request| request.path.starts_with(prefix)).count()
    }

    pub(crate) fn forget_requests(&self) {
        lock(&self.requests).clear();
    }
}

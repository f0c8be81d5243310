//! The practice cloud seen from outside: by a client of its API, by phones, and against the API description.
#![cfg(test)]

mod a_client_reads;
mod a_test_interferes;
mod answers_fit_the_description;
mod http;
mod phone;
mod phones_call;
mod phones_register;
mod somebody_calls_in;
mod the_program_runs;

use practice::{Account, Options, Practice};

/// The small office with a practice cloud around it.
async fn office() -> Practice {
    Practice::start(office_account(), Options::default()).await.unwrap()
}

fn office_account() -> Account {
    Account::parse(include_str!("../../accounts/office.json")).unwrap()
}

//! The rules of the standards, one folder for each; the path of a test is its citation.
//!
//! The call flows of RFC 3665 and RFC 5359 lie here too; they are told in the office of the switchboard's own tests, in
//! simulated time, and run with those (`daemon/switchboard/src/tests.rs`).
#![cfg(test)]

mod differences;
mod rfc3711;
mod rfc4475;
mod rfc5118;
mod verdict;

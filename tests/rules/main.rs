//! The rules of the standards, one folder for each; the path of a test is its citation.
#![cfg(test)]

mod differences;
mod rfc3711;
mod rfc4475;
mod rfc5118;
mod verdict;

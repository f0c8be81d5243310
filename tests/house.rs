//! The rules of the house.
#![cfg(test)]

//! Stories of an office, told with real phones against the daemon as it ships. One story per file.
#![cfg(test)]

mod the_tools_hear_right;

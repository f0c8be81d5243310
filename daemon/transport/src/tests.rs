mod datagrams;
mod floods;
mod help;
mod limits;
mod streams;
mod tls;
mod ways;
mod web;

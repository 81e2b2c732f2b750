//! The clients, written by `build.rs`, and how to use them.

#![deny(warnings)]

pub mod client;
pub mod identity;
pub mod images;

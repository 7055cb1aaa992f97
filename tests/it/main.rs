//! The product through its API and its command line, in one binary.

mod access;
mod answers;
mod binary;
mod crash;
mod guard;
mod hygiene;
mod knowledge;
mod openapi;
mod pack;
mod retention;
mod turns;

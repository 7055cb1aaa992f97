//! The product through its API and its command line, in one binary.

mod access;
mod accounts;
mod answers;
mod audit;
mod backup;
mod binary;
mod clock;
mod crash;
mod desk;
mod guard;
mod hygiene;
mod hygiene_tour;
mod integrity;
mod knowledge;
mod limits;
mod message_logs;
mod openapi;
mod pack;
mod policy;
mod privacy;
mod retention;
mod rights;
mod turns;
mod unlock;

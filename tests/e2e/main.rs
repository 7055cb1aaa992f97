//! The real window, driven as a person would: build under Xvfb, WebKitWebDriver, one at a time.
//!
//! Run by `packaging/test-window.sh`, which gives it a display and a network of loopback alone.

mod administration;
mod chat;
mod confinement;
mod looks;
mod setup;
mod window;

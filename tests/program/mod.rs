//! The programs from outside: what a shell, a browser, a studio's software and an attacker see of them.

mod curl;
mod limits;
mod revocation;
mod stopping;

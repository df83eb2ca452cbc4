//! Every rule: it refuses its mistake, lets the nearest neighbour pass, and explains itself; and the parsers, on anything.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod appspec_cases;
mod definition_cases;
mod online_cases;
mod parsers;
mod rules;
mod template_cases;

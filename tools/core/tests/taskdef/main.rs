//! Every rule: it refuses its mistake, lets the nearest neighbour pass, and explains itself; and the parsers, on anything.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::too_many_lines, clippy::assigning_clones, reason = "tables of cases")]
#![allow(clippy::disallowed_methods, reason = "one test reads the sources, to find rules without an entry")]

mod appspec_cases;
mod definition_cases;
mod online_cases;
mod parsers;
mod rules;
mod template_cases;

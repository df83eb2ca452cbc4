//! What stands above every result: when, on which machine, how.

use crate::machine;

pub struct Heading {
    started: jiff::Timestamp,
    machine: String,
    load_before: String,
}

impl Heading {
    /// Before the first run.
    pub fn now() -> Self {
        Self { started: jiff::Timestamp::now(), machine: machine::describe(), load_before: machine::load() }
    }

    /// After the last run: the first lines of a list.
    pub fn render(&self, runs: u32) -> String {
        // As it was called, without the folder.
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        format!(
            "- Date: {}\n- Machine: {}\n- Load of the machine before and after: {}, {}\n- Runs: {runs} of each; median (least–most)\n- Command: `greenlight-bench {}`\n",
            self.started.strftime("%Y-%m-%d %H:%M UTC"),
            self.machine,
            self.load_before,
            machine::load(),
            arguments.join(" "),
        )
    }
}

//! Whether CloudWatch alarms are quiet.

use super::model::Alarms;

/// An alarm as CloudWatch describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmState {
    pub name: String,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: String,
    pub reason: String,
}

/// Every alarm that is not as it must be; empty = all are OK. An alarm that CloudWatch does not know is never OK.
pub fn decide(wanted: &Alarms, found: &[AlarmState]) -> Vec<String> {
    let ok = |state: &str| state == "OK" || (wanted.insufficient_data_is_ok && state == "INSUFFICIENT_DATA");
    wanted
        .names
        .iter()
        .filter_map(|name| match found.iter().find(|alarm| alarm.name == *name) {
            Some(alarm) if ok(&alarm.state) => None,
            Some(alarm) => {
                Some(format!("alarm {name} is {}: {}", alarm.state, crate::report::printable(&alarm.reason)))
            }
            None => Some(format!("alarm {name} does not exist")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ok_is_ok() {
        let found: Vec<AlarmState> = [("a", "OK"), ("b", "ALARM"), ("c", "INSUFFICIENT_DATA"), ("d", "NEW")]
            .map(|(name, state)| AlarmState {
                name: name.into(),
                state: state.into(),
                reason: "because".into(),
            })
            .into();
        let wrong = |names: &[&str], insufficient_data_is_ok: bool| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            decide(&Alarms { names, insufficient_data_is_ok }, &found)
        };
        assert_eq!(wrong(&["a"], false), Vec::<String>::new());
        assert_eq!(wrong(&["a", "c"], true), Vec::<String>::new());
        assert_eq!(wrong(&["a", "b", "c", "d", "e"], false).len(), 4);
        assert_eq!(wrong(&["e", "b"], true), ["alarm e does not exist", "alarm b is ALARM: because"]);
    }
}

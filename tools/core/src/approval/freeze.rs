//! Freeze windows: times in which nothing goes to production without a reason.
//!
//! Time zones come in with the windows; nothing here reads a clock or a time zone database.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// One freeze with the reason that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    pub why: String,
    pub window: Window,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Window {
    /// From the one instant until just before the other.
    Dated { from: Timestamp, until: Timestamp },
    /// On these days of every week. `until` not after `from` means the next day; `None` is midnight at the end of the day.
    Weekly { days: Vec<Weekday>, from: Time, until: Option<Time>, zone: TimeZone },
}

impl Freeze {
    /// When the freeze that holds at `now` ends.
    pub fn ends(&self, now: Timestamp) -> Option<Timestamp> {
        match &self.window {
            Window::Dated { from, until } => (*from <= now && now < *until).then_some(*until),
            Window::Weekly { days, from, until, zone } => {
                let today = now.to_zoned_datetime(zone.clone()).date();
                // One that began yesterday may reach into today.
                let begins = [Some(today), today.yesterday().ok()];
                begins.into_iter().flatten().filter(|day| days.contains(&day.weekday())).find_map(|day| {
                    let (begin, end) = bounds(day, *from, *until, zone)?;
                    (begin <= now && now < end).then_some(end)
                })
            }
        }
    }
}

fn bounds(day: Date, from: Time, until: Option<Time>, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let tomorrow = day.checked_add(1.day()).ok()?;
    let (last_day, last_time) = match until {
        Some(until) if until > from => (day, until),
        Some(until) => (tomorrow, until),
        None => (tomorrow, Time::midnight()),
    };
    let instant = |day: Date, time: Time| zone.to_timestamp(day.to_datetime(time)).ok();
    Some((instant(day, from)?, instant(last_day, last_time)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn weekly(days: &[Weekday], from: Time, until: Option<Time>) -> Freeze {
        // Berlin's winter.
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        Freeze { why: "weekend".into(), window: Window::Weekly { days: days.to_vec(), from, until, zone } }
    }

    #[test]
    fn dated_windows_hold_from_the_first_instant_to_before_the_last() {
        let (from, until) = (at("2026-12-20T00:00:00Z"), at("2027-01-04T00:00:00Z"));
        let freeze = Freeze { why: "holidays".into(), window: Window::Dated { from, until } };
        assert_eq!(freeze.ends(at("2026-12-19T23:59:59Z")), None);
        assert_eq!(freeze.ends(from), Some(until));
        assert_eq!(freeze.ends(at("2027-01-03T23:59:59Z")), Some(until));
        assert_eq!(freeze.ends(until), None);
    }

    #[test]
    fn weekly_windows_are_in_their_zone() {
        // 2026-11-27 is a Friday.
        let freeze = weekly(&[Weekday::Friday], time(14, 0, 0, 0), None);
        assert_eq!(freeze.ends(at("2026-11-27T12:59:59Z")), None);
        assert_eq!(freeze.ends(at("2026-11-27T13:00:00Z")), Some(at("2026-11-27T23:00:00Z")));
        assert_eq!(freeze.ends(at("2026-11-27T23:00:00Z")), None);
        assert_eq!(freeze.ends(at("2026-11-26T15:00:00Z")), None);
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_begins() {
        let freeze = weekly(&[Weekday::Friday], time(22, 0, 0, 0), Some(time(6, 0, 0, 0)));
        let end = at("2026-11-28T05:00:00Z");
        assert_eq!(freeze.ends(at("2026-11-27T21:30:00Z")), Some(end));
        assert_eq!(freeze.ends(at("2026-11-28T04:59:59Z")), Some(end));
        assert_eq!(freeze.ends(end), None);
        // Thursday night is no Friday night.
        assert_eq!(freeze.ends(at("2026-11-27T02:00:00Z")), None);
    }
}

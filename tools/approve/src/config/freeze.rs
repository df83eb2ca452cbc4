//! Freeze windows as the configuration writes them. Time zones are looked up here, so that deciding needs none.

use greenlight_core::approval::freeze::{Freeze, Window};
use jiff::Timestamp;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use serde::Deserialize;

/// `{ why, from, until }` with instants, or `{ why, days, from, until, zone }` with times of the day.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreezeText {
    why: String,
    from: String,
    until: String,
    #[serde(default)]
    days: Vec<String>,
    zone: Option<String>,
}

impl FreezeText {
    pub fn read(&self) -> Result<Freeze, String> {
        let window = if self.days.is_empty() { self.dated()? } else { self.weekly()? };
        Ok(Freeze { why: self.why.clone(), window })
    }

    fn dated(&self) -> Result<Window, String> {
        if self.zone.is_some() {
            return Err(
                "zone goes with days; an instant carries its offset, as 2026-12-20T00:00:00+01:00".into()
            );
        }
        let instant = |text: &str| {
            text.parse::<Timestamp>()
                .map_err(|_| format!("{text:?} is not an instant such as 2026-12-20T00:00:00+01:00"))
        };
        let (from, until) = (instant(&self.from)?, instant(&self.until)?);
        if from >= until {
            return Err(format!("the freeze {:?} ends before it begins", self.why));
        }
        Ok(Window::Dated { from, until })
    }

    fn weekly(&self) -> Result<Window, String> {
        let zone = self.zone.as_deref().ok_or("days need zone, such as Europe/Berlin")?;
        let zone = TimeZone::get(zone)
            .map_err(|_| format!("{zone:?} is not a time zone that this machine knows"))?;
        let days = self.days.iter().map(|day| weekday(day)).collect::<Result<_, _>>()?;
        let until = if self.until == "24:00" { None } else { Some(time(&self.until)?) };
        Ok(Window::Weekly { days, from: time(&self.from)?, until, zone })
    }
}

fn time(text: &str) -> Result<Time, String> {
    text.parse().map_err(|_| format!("{text:?} is not a time of the day such as 14:00"))
}

fn weekday(text: &str) -> Result<Weekday, String> {
    let days = [
        ("mon", Weekday::Monday),
        ("tue", Weekday::Tuesday),
        ("wed", Weekday::Wednesday),
        ("thu", Weekday::Thursday),
        ("fri", Weekday::Friday),
        ("sat", Weekday::Saturday),
        ("sun", Weekday::Sunday),
    ];
    let found = days.into_iter().find(|(name, _)| text.eq_ignore_ascii_case(name));
    found.map(|(_, day)| day).ok_or_else(|| format!("{text:?} is not mon, tue, wed, thu, fri, sat or sun"))
}

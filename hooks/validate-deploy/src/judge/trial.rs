//! The phases that ask the target itself: identity, checks, burst, compare; and what must still hold after them.

use std::collections::BTreeMap;

use greenlight_core::hook::alarms;
use greenlight_core::hook::config::Checked;
use greenlight_core::hook::template;
use greenlight_core::hook::verdict::{Phase, ReasonCode};
use greenlight_core::hook::wiring::{self, Pair, Planned, Traffic, Wired};
use url::Url;

use crate::error::Stop;
use crate::gather::Aws;
use crate::probe::Probe;
use crate::record::Record;
use crate::runner::Served;
use crate::{load, runner};

/// What is tested, and how it is reached.
pub struct Under<'a> {
    pub checked: &'a Checked,
    pub targets: usize,
    pub blue: Blue,
    pub dns_name: &'a str,
    pub host: Option<&'a str>,
    pub ca: Option<&'a str>,
    /// Listener, green's target group, blue's; nothing where only a URL is known.
    pub served_at: Option<(String, String, Vec<String>)>,
}

/// Where the version that is live answers.
pub enum Blue {
    At {
        base: Url,
        headers: BTreeMap<String, String>,
    },
    /// The first deployment has no blue.
    Absent,
    Unknown,
}

/// Runs every phase that is configured.
pub async fn run(probe: &Probe, under: &Under<'_>, aws: Option<&Aws>, record: &Record) -> Result<(), Stop> {
    let config = &under.checked.config;
    let mut values = under.checked.values.clone();
    if let Some(identity) = &config.identity {
        record.phase(Phase::Identity, runner::identity(probe, identity, &values, under.targets)).await?;
    }
    let served = Served::of(config.identity.as_ref(), &values)?;
    let served = served.as_ref();
    let checks = runner::checks(probe, &config.checks, &mut values, served, record);
    record.phase(Phase::Checks, checks).await?;
    if let Some(limits) = &config.burst {
        record.phase(Phase::Burst, load::burst(probe, limits, &values, served, record)).await?;
    }
    if let Some(limits) = &config.compare {
        let work = async {
            match blue(under)? {
                Some(blue) => load::compare((&blue, probe), limits, &values, served, record).await,
                None => Ok(((), "there is no blue to compare with: this is the first deployment".to_owned())),
            }
        };
        record.phase(Phase::Compare, work).await?;
    }
    if let Some((aws, served_at)) = aws.zip(under.served_at.as_ref()) {
        record.phase(Phase::Recheck, still_wired(aws, under, served_at)).await?;
    }
    if let Some(wanted) = &config.alarms {
        let work = async {
            let aws = aws.ok_or_else(|| Stop::new(ReasonCode::ConfigInvalid, "alarms need AWS"))?;
            let wrong = alarms::decide(wanted, &aws.gather_alarms(&wanted.names).await?);
            if wrong.is_empty() {
                Ok(((), format!("{} alarms are OK", wanted.names.len())))
            } else {
                Err(Stop::new(ReasonCode::AlarmRaised, wrong.join("; ")))
            }
        };
        record.phase(Phase::Alarms, work).await?;
    }
    Ok(())
}

/// `compare.url`, else where blue was found.
fn blue(under: &Under<'_>) -> Result<Option<Probe>, Stop> {
    let compare = under.checked.config.compare.as_ref();
    if let Some(url) = compare.and_then(|compare| compare.url.as_deref()) {
        let url = template::render(url, &under.checked.values)?;
        let base = Url::parse(&url)
            .map_err(|error| Stop::new(ReasonCode::ConfigInvalid, format!("compare.url: {error}")))?;
        // Another place has its own name.
        return Ok(Some(Probe::new(base, BTreeMap::new(), None, under.ca)?));
    }
    match &under.blue {
        Blue::At { base, headers } => {
            Ok(Some(Probe::new(base.clone(), headers.clone(), under.host, under.ca)?))
        }
        Blue::Absent => Ok(None),
        Blue::Unknown => {
            let message = "compare does not know where blue answers here: say it in compare.url";
            Err(Stop::new(ReasonCode::ConfigInvalid, message))
        }
    }
}

/// What was tested was green only if the listener led to it until the end.
async fn still_wired(
    aws: &Aws,
    under: &Under<'_>,
    (listener, green, blue): &(String, String, Vec<String>),
) -> Result<((), String), Stop> {
    let routes = aws.gather_routes(listener).await?;
    let traffic = planned(under.checked, under.dns_name, under.host);
    match wiring::decide(&routes, Pair { green, blue }, &traffic) {
        Wired::ToGreen { .. } => Ok(((), "the listener still leads to green alone".to_owned())),
        Wired::NotYet { reason } => Err(Stop::new(
            ReasonCode::NotWired,
            format!("the listener changed while green was tested: {reason}"),
        )),
    }
}

/// Every request that will be sent, as far as it is known before: values of captures and secrets decide no rule.
pub fn planned(checked: &Checked, dns_name: &str, host: Option<&str>) -> Traffic {
    let config = &checked.config;
    let text = |text: &String| template::render(text, &checked.values).unwrap_or_else(|_| text.clone());
    let get =
        |path: &String, headers: &BTreeMap<String, String>| planned_one("GET", text(path), headers, &text);
    let none = BTreeMap::new();
    let mut requests = Vec::new();
    requests.extend(config.identity.iter().map(|identity| get(&identity.path, &none)));
    requests.extend(
        config
            .checks
            .iter()
            .map(|check| planned_one(&check.method, text(&check.path), &check.headers, &text)),
    );
    requests.extend(config.burst.iter().map(|burst| get(&burst.path, &burst.headers)));
    if let Some(compare) = &config.compare {
        requests.extend(compare.paths.iter().map(|path| get(path, &compare.headers)));
    }
    Traffic { default_host: dns_name.to_owned(), host: host.map(str::to_owned), requests }
}

fn planned_one(
    method: &str,
    path: String,
    headers: &BTreeMap<String, String>,
    text: &impl Fn(&String) -> String,
) -> Planned {
    let headers = headers.iter().map(|(name, value)| (name.clone(), text(value))).collect();
    Planned { method: method.to_owned(), path, headers }
}

/// Where a listener answers, and its load balancer's name.
pub async fn base_url(aws: &Aws, listener_arn: &str) -> Result<(Url, String), Stop> {
    let unclear = |message: String| Stop::new(ReasonCode::GreenUnclear, message);
    let listener = aws.gather_listener(listener_arn).await?;
    let listener = listener.ok_or_else(|| unclear(format!("listener {listener_arn} does not exist")))?;
    let dns_name = aws.gather_dns_name(&listener.load_balancer_arn).await?;
    let dns_name = dns_name.ok_or_else(|| unclear("the load balancer has no DNS name".to_owned()))?;
    let text = format!("{}://{dns_name}:{}", listener.protocol.to_ascii_lowercase(), listener.port);
    let base = Url::parse(&text).map_err(|error| unclear(format!("{text}: {error}")))?;
    Ok((base, dns_name))
}

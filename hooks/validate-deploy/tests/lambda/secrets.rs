//! A secret that a check sends, and a server echoes in every form, is in no log, no report, no error.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use crate::assert_failed;
use crate::world::{SECRET, Scene, config, run};

fn percent(key: &str) -> String {
    key.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

type Echo = fn(&str) -> String;

#[tokio::test]
async fn echoed_in_every_form() {
    let forms: [(&str, Echo); 9] = [
        ("as it is", str::to_owned),
        ("base64", |key| STANDARD.encode(key)),
        ("base64 inside more", |key| STANDARD.encode(format!("user:{key}"))),
        ("base64 for URLs", |key| URL_SAFE.encode(format!("u:{key}?"))),
        ("percent-encoded", percent),
        ("percent-encoded twice", |key| percent(key).replace('%', "%25")),
        ("base64, percent-encoded", |key| percent(&STANDARD.encode(key))),
        ("hexadecimal", |key| key.bytes().map(|byte| format!("{byte:02x}")).collect()),
        ("JSON escapes", |key| key.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect()),
    ];
    for (name, echo) in forms {
        for expect in ["body = 'something else'", "headers = { X-Echo = '^never$' }"] {
            let seen = run(Scene { config: Some(config(expect)), echo, ..Scene::default() }).await;
            assert_failed(&seen, "CHECK_FAILED");
            let shown = format!("{}{}", seen.log, seen.report.unwrap());
            assert!(shown.contains("***"), "{name}: {shown}");
            let form = echo(SECRET);
            for secret in [SECRET, form.as_str(), &form.to_lowercase()] {
                assert!(!shown.contains(secret), "{name}: {secret} is in {shown}");
            }
        }
    }
}

/// Where a message cuts what it repeats, it does not cut a secret into a piece that is shown.
#[tokio::test]
async fn cut_at_the_end_of_an_excerpt() {
    let echoes: [fn(&str) -> String; 5] = [
        |key| format!("{}{key}", "x".repeat(108)),
        |key| format!("{}{key}", "x".repeat(112)),
        |key| format!("{}{key}", "x".repeat(116)),
        |key| format!("{}{key}", "x".repeat(119)),
        |key| format!("{}{}", "x".repeat(100), percent(key)),
    ];
    for echo in echoes {
        let config = Some(config("body = 'something else'"));
        let seen = run(Scene { config, echo, ..Scene::default() }).await;
        assert_failed(&seen, "CHECK_FAILED");
        let shown = format!("{}{}", seen.log, seen.report.unwrap());
        assert!(!shown.contains("hunt") && !shown.contains("%68%75"), "{shown}");
    }
}

/// A token that one check brings and another one sends.
#[tokio::test]
async fn a_captured_secret() {
    let text = "[[check]]\nname = 'login'\npath = '/login'\nheaders = { X-Key = 'tok-4711-secret' }\n\
        capture = { token = { regex = '(.+)', secret = true } }\n[check.expect]\nbody = 'ok at all'\nstatus = 200\n";
    let seen = run(Scene { config: Some(text.to_owned()), ..Scene::default() }).await;
    assert_failed(&seen, "CHECK_FAILED");
    assert!(seen.log.contains("***") && !seen.log.contains("tok-4711"), "{}", seen.log);
}

//! The verdict is about green: whatever answers instead of it is noticed.

use std::time::Duration;

use crate::aws::{header_condition, path_condition, rule};
use crate::tls::HttpsServer;
use crate::world::{DIGEST, Scene, config, run};
use crate::{assert_failed, verdict};

fn assert_passed(seen: &crate::world::Seen) {
    assert_eq!(verdict(seen).0, ["Succeeded"], "{}", seen.log);
}

#[tokio::test]
async fn a_listener_still_on_blue_or_on_both_is_refused() {
    assert_failed(&run(Scene { blue_weight: 1, ..Scene::default() }).await, "NOT_WIRED");
    assert_failed(&run(Scene { flips_after: Duration::from_mins(5), ..Scene::default() }).await, "NOT_WIRED");
}

#[tokio::test]
async fn a_listener_that_flips_late_is_waited_for() {
    let patient = config("status = 200").replace("[wiring]\nbudget_ms = 200", "[wiring]\nbudget_ms = 20000");
    let scene =
        Scene { flips_after: Duration::from_millis(1_500), config: Some(patient), ..Scene::default() };
    assert_passed(&run(scene).await);
}

/// Twenty times, with any one of the three being the old one: not once may luck pass it.
#[tokio::test]
async fn one_old_task_of_three_is_refused_every_time() {
    for attempt in 0..20 {
        let mut pool = vec![DIGEST; 3];
        pool[attempt % 3] = "sha256:0ld";
        assert_failed(&run(Scene { pool, ..Scene::default() }).await, "IDENTITY_MISMATCH");
    }
}

/// Identity looks at the beginning; an answer of another version is no right answer of a check later on either.
#[tokio::test]
async fn a_check_that_another_version_answers_is_wrong() {
    let more = "[[check]]\nname = 'again'\npath = '/again'\nconsecutive = 40\nattempts = 1\ninterval_ms = 1\n\
        expect = { status = 200 }\n";
    let mut pool = vec![DIGEST; 20];
    pool[19] = "sha256:0ld";
    let scene =
        Scene { pool, config: Some(format!("{}\n{more}", config("status = 200"))), ..Scene::default() };
    let seen = run(scene).await;
    assert_failed(&seen, "CHECK_FAILED");
    assert!(seen.log.contains("again: version sha256:0ld answered, expected sha256:aaaa"), "{}", seen.log);
}

#[tokio::test]
async fn a_wrong_version_is_refused_and_named() {
    let seen = run(Scene { pool: vec!["sha256:0ld"; 3], ..Scene::default() }).await;
    assert_failed(&seen, "IDENTITY_MISMATCH");
    assert!(seen.log.contains("answered sha256:0ld, expected sha256:aaaa"), "{}", seen.log);
}

#[tokio::test]
async fn unhealthy_targets_are_refused_with_their_reasons() {
    let seen = run(Scene { target_state: "unhealthy", ..Scene::default() }).await;
    assert_failed(&seen, "UNHEALTHY");
    let report = seen.report.unwrap().to_string();
    assert!(
        report
            .contains("target 10.0.0.1:8000 is unhealthy (Target.ResponseCodeMismatch: Health checks failed"),
        "{report}"
    );
}

/// A server that leads to green only with the header, as the rule says: the hook finds the header by itself.
#[tokio::test]
async fn a_rule_with_a_header_is_met() {
    let needs_header = Some(("x-preview", "yes"));
    let rules = Some(rule(7, &header_condition("X-Preview", "yes")));
    assert_passed(&run(Scene { rules, needs_header, ..Scene::default() }).await);
    // The rule says another header than what leads to green: blue answers, and that is seen.
    let rules = Some(rule(7, &header_condition("X-Preview", "no")));
    assert_failed(&run(Scene { rules, needs_header, ..Scene::default() }).await, "IDENTITY_MISMATCH");
}

#[tokio::test]
async fn a_rule_that_the_checks_do_not_meet_is_refused() {
    let rules = Some(rule(7, &path_condition("/api/*")));
    let seen = run(Scene { rules, ..Scene::default() }).await;
    assert_failed(&seen, "NOT_WIRED");
    assert!(seen.log.contains("GET /echo (host 127.0.0.1) meets the default action"), "{}", seen.log);
}

fn https(host: &str, ca: &str) -> String {
    format!("{}\n[target]\nhost = '{host}'\nca = '''{ca}'''\n", config("status = 200"))
}

#[tokio::test]
async fn https_with_the_real_host_name() {
    let server = HttpsServer::start();
    let ca = HttpsServer::authority();
    let scene = |config: String| Scene {
        listener: Some(("HTTPS", server.port)),
        config: Some(config),
        ..Scene::default()
    };
    assert_passed(&run(scene(https("app.example.com", &ca))).await);
    assert!(server.hosts().iter().all(|host| host == "app.example.com"), "{:?}", server.hosts());
    // Another name than the certificate's; the load balancer's own name; an authority that nobody trusts.
    let seen = run(scene(https("other.example.com", &ca))).await;
    assert_failed(&seen, "IDENTITY_UNREACHABLE");
    let no_host = format!("{}\n[target]\nca = '''{ca}'''\n", config("status = 200"));
    assert_failed(&run(scene(no_host)).await, "IDENTITY_UNREACHABLE");
    let public = format!("{}\n[target]\nhost = 'app.example.com'\n", config("status = 200"));
    assert_failed(&run(scene(public)).await, "IDENTITY_UNREACHABLE");
}

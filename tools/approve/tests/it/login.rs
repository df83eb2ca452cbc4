//! Profiles, SSO, MFA and assumed roles: either it works, or the message says what to run.

use std::path::Path;
use std::process::Stdio;

use local_pipeline::faults::Fault;
use local_pipeline::{RunningGateway, names};

use crate::terminal::environment;
use crate::world::World;

/// With a configuration of the AWS CLI, and the keys of the environment only where they are wanted.
async fn run(
    gateway: &RunningGateway,
    home: &Path,
    keys: bool,
    arguments: &[&str],
) -> (Option<i32>, String, String) {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_approve"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    for (name, value) in environment(gateway, home) {
        if keys || !name.contains("KEY") {
            command.env(name, value);
        }
    }
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    let output = command.output().await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn profiles(home: &Path, text: &str) {
    std::fs::create_dir_all(home.join(".aws")).unwrap();
    std::fs::write(home.join(".aws/config"), text).unwrap();
}

fn hint(stderr: &str) -> &str {
    stderr.split_once("\nhint: ").map_or(stderr, |(_, hint)| hint.trim())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_failure_says_what_to_run() {
    let world = World::empty("SUPERSEDED").await;
    let (gateway, home) = (&world.gateway, world.path());
    profiles(
        home,
        "[profile sso]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Release\nregion = eu-central-1\n\
         [sso-session corp]\nsso_start_url = https://example.com/start\nsso_region = eu-central-1\n\
         sso_registration_scopes = sso:account:access\n\
         [profile empty]\nregion = eu-central-1\n",
    );
    let (code, _, stderr) =
        run(gateway, home, false, &["show", "-p", "greenlight", "--profile", "sso"]).await;
    assert_eq!(code, Some(77), "{stderr}");
    assert_eq!(
        hint(&stderr),
        "the SSO session of profile sso is missing or expired: run `aws sso login --profile sso`"
    );
    let (code, _, stderr) =
        run(gateway, home, false, &["show", "-p", "greenlight", "--profile", "nope"]).await;
    assert_eq!(code, Some(77), "{stderr}");
    assert!(hint(&stderr).starts_with("there is no profile nope"), "{stderr}");
    let (code, _, stderr) =
        run(gateway, home, false, &["show", "-p", "greenlight", "--profile", "empty"]).await;
    assert_eq!(code, Some(77), "{stderr}");
    assert!(hint(&stderr).contains("aws configure list --profile empty"), "{stderr}");
    let (code, _, stderr) = run(gateway, home, false, &["show", "-p", "greenlight"]).await;
    assert_eq!(code, Some(77), "{stderr}");
    assert!(hint(&stderr).contains("aws configure sso"), "{stderr}");

    world.faults().add(Fault::error("codepipeline", "*", 400, "ExpiredTokenException"));
    let (code, _, stderr) = run(gateway, home, true, &["show", "-p", "greenlight"]).await;
    assert_eq!(code, Some(77), "{stderr}");
    assert!(hint(&stderr).contains("AWS_ACCESS_KEY_ID"), "{stderr}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_configured_role_is_assumed_in_the_persons_name() {
    let world = World::start("SUPERSEDED").await;
    let (gateway, home) = (&world.gateway, world.path());
    let role = "arn:aws:iam::210987654321:role/Release";
    let config = home.join("approve.toml");
    std::fs::write(
        &config,
        format!(
            "[pipelines.prod]\npipeline = \"greenlight\"\nregion = \"{}\"\nrole_arn = \"{role}\"\n",
            names::REGION
        ),
    )
    .unwrap();
    let config = config.display().to_string();
    let show = ["show", "-p", "prod", "--config", &config];
    let (code, stdout, stderr) = run(gateway, home, true, &show).await;
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains("as arn:aws:sts::210987654321:assumed-role/Release/bob"), "{stdout}");

    gateway.engines().identity.refuse(role);
    let (code, _, stderr) = run(gateway, home, true, &show).await;
    assert_eq!(code, Some(77), "{stderr}");
    assert!(hint(&stderr).starts_with(&format!("the role {role} could not be assumed")), "{stderr}");
    assert!(stderr.contains("is not authorized to perform: sts:AssumeRole"), "{stderr}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_that_needs_a_code_says_how_to_give_it() {
    let world = World::empty("SUPERSEDED").await;
    let (gateway, home) = (&world.gateway, world.path());
    let role = "arn:aws:iam::123456789012:role/Release";
    gateway.engines().identity.refuse(role);
    profiles(
        home,
        &format!(
            "[profile base]\naws_access_key_id = {}\naws_secret_access_key = {}\nregion = eu-central-1\n\
             [profile prod]\nsource_profile = base\nrole_arn = {role}\nmfa_serial = arn:aws:iam::123456789012:mfa/bob\n\
             region = eu-central-1\nendpoint_url = {}\n",
            names::ACCESS_KEY_ID,
            names::SECRET_ACCESS_KEY,
            gateway.url()
        ),
    );
    let (code, _, stderr) =
        run(gateway, home, false, &["show", "-p", "greenlight", "--profile", "prod"]).await;
    assert_eq!(code, Some(77), "{stderr}");
    assert!(
        hint(&stderr).contains("aws configure export-credentials --profile prod --format env"),
        "{stderr}"
    );
    world.stop().await;
}

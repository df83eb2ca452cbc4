//! The real binary on a pseudo-terminal: what the person sees and types.

use local_pipeline::faults::{Fault, FaultKind};

use crate::terminal::{Terminal, without_a_terminal};
use crate::world::World;

/// What differs from run to run, made the same.
fn stable(screen: &str, sha: &str) -> String {
    let mut out = Vec::new();
    for line in screen.lines() {
        let words = line.split(' ').map(|word| {
            let bare = word.trim_matches(['(', ')', ',']);
            let is_id = bare.len() == 36 && bare.matches('-').count() == 4;
            let is_time = bare.ends_with('Z') && bare.contains('T');
            if is_id {
                word.replace(bare, "EXECUTION")
            } else if is_time {
                word.replace(bare, "TIME")
            } else {
                word.replace(&sha[..12], "COMMIT")
            }
        });
        let line = words.collect::<Vec<_>>().join(" ");
        let line = match line.split_once("  link          file://") {
            Some((before, _)) => format!("{before}  link          LINK"),
            None => line,
        };
        let line = if line.contains("waiting since") { "  waiting since TIME".to_owned() } else { line };
        let line = if line.contains("expires in") { "  expires in    6 d 23 h".to_owned() } else { line };
        out.push(line);
    }
    out.join("\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_approves_and_watches_it_deploy() {
    let world = World::start("SUPERSEDED").await;
    let (_, dossier) = world.waiting().await;
    let sha = dossier.sha().unwrap().to_owned();
    let mut terminal = Terminal::run(&world.gateway, world.path(), &["--pipeline", "green"]);
    terminal.until("characters of the commit:").await;
    insta::assert_snapshot!("question", stable(&terminal.text(), &sha));
    terminal.type_in(&format!("{}\r", &sha[..4]));
    terminal.until("Prod/Release").await;
    let prod = "/stageStates/2/actionStates/0/latestExecution/token";
    world.until(|state| state.pointer(prod).is_some()).await;
    world.release().await;
    terminal.until("deployed: stage Prod succeeded").await;
    assert_eq!(terminal.exit().await, 0);
    assert_eq!(world.puts(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn control_c_at_the_question_sends_nothing() {
    let world = World::start("SUPERSEDED").await;
    let mut terminal = Terminal::run(&world.gateway, world.path(), &["-p", "greenlight"]);
    terminal.until("characters of the commit:").await;
    terminal.type_in("\u{3}");
    assert_eq!(terminal.exit().await, 130);
    assert_eq!(world.puts(), 0);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scripts_must_name_what_they_approve() {
    let world = World::start("SUPERSEDED").await;
    let (_, dossier) = world.waiting().await;
    let sha = dossier.sha().unwrap();
    let run = async |arguments: &[&str]| without_a_terminal(&world.gateway, world.path(), arguments).await;
    assert_eq!(run(&["-p", "greenlight"]).await.0, Some(2));
    assert_eq!(run(&["-p", "greenlight", "--yes"]).await.0, Some(2));
    assert_eq!(run(&["-p", "nothing", "--yes", "--commit", sha]).await.0, Some(2));
    let (code, _, stderr) = run(&["-p", "greenlight", "--yes", "--commit", "0000000"]).await;
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains(sha), "{stderr}");
    assert_eq!(world.puts(), 0);

    let (code, stdout, _) = run(&["list", "--format", "json"]).await;
    assert_eq!(code, Some(0));
    let list: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(list["rows"][0]["execution_id"], dossier.pending.execution_id);
    let (code, stdout, _) = run(&["show", "-p", "greenlight", "--format", "json"]).await;
    let shown: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &shown["approvals"][0]["commit"]["known"]["sha"]), (Some(0), &serde_json::json!(sha)));
    assert!(!stdout.contains(&dossier.pending.token));

    let (code, stdout, stderr) =
        run(&["-p", "greenlight", "--yes", "--commit", &sha[..7], "--format", "json"]).await;
    assert_eq!(code, Some(0), "{stderr}");
    let line: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(line["outcome"], "approved");
    assert_eq!(world.puts(), 1);

    world.until(|state| state.pointer("/stageStates/2/actionStates/0/latestExecution/token").is_some()).await;
    let (code, stdout, stderr) =
        run(&["reject", "-p", "greenlight", "--stage", "Prod", "-m", "broken", "--yes", "--commit", sha])
            .await;
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stdout.starts_with("rejected greenlight Prod/Release"), "{stdout}");
    assert_eq!(run(&["-p", "greenlight", "--yes", "--commit", sha]).await.0, Some(3));
    assert_eq!(
        run(&["-p", "greenlight", "--yes", "--commit", sha, "--wait=1s", "--poll", "100ms"]).await.0,
        Some(75)
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_ends_when_an_approval_appears() {
    let world = World::empty("SUPERSEDED").await;
    let mut terminal =
        Terminal::run(&world.gateway, world.path(), &["-p", "greenlight", "--wait=60s", "--no-watch"]);
    world.until_calls("GetPipelineState", 2).await;
    assert!(!terminal.text().contains("Approve?"), "{}", terminal.text());
    world.start_execution().await;
    terminal.until("characters of the commit:").await;
    let (_, dossier) = world.waiting().await;
    terminal.type_in(&format!("{}\r", &dossier.sha().unwrap()[..4]));
    assert_eq!(terminal.exit().await, 0);
    assert_eq!(world.puts(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_survives_a_lost_connection() {
    let world = World::empty("SUPERSEDED").await;
    let fault = Fault::error("codepipeline", "GetPipelineState", 503, "ServiceUnavailable");
    world.gateway.faults().add(Fault { kind: FaultKind::Reset, times: Some(7), ..fault });
    let arguments = ["-p", "greenlight", "--wait=60s", "--yes", "--commit", world.head(), "--poll", "50ms"];
    let (gateway, path) = (&world.gateway, world.path());
    let run = without_a_terminal(gateway, path, &arguments);
    let release = async {
        world.until_calls("GetPipelineState", 8).await;
        world.start_execution().await;
    };
    let ((code, _, stderr), ()) = tokio::join!(run, release);
    assert_eq!(code, Some(0), "{stderr}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn control_c_while_watching_stops_only_the_watching() {
    let world = World::start("SUPERSEDED").await;
    let (_, dossier) = world.waiting().await;
    let mut terminal = Terminal::run(&world.gateway, world.path(), &["-p", "greenlight"]);
    terminal.until("characters of the commit:").await;
    terminal.type_in(&format!("{}\r", &dossier.sha().unwrap()[..4]));
    terminal.until("Prod/Release").await;
    terminal.type_in("\u{3}");
    // The approval was given.
    assert_eq!(terminal.exit().await, 0);
    assert!(terminal.text().contains("stopped watching; the release goes on"), "{}", terminal.text());
    let id = &dossier.pending.execution_id;
    let execution = world
        .call(
            "GetPipelineExecution",
            serde_json::json!({"pipelineName": "greenlight", "pipelineExecutionId": id}),
        )
        .await;
    assert_eq!(execution["pipelineExecution"]["status"], "InProgress");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_parallel_pipelines_each_execution_has_its_own_question() {
    let world = World::empty("PARALLEL").await;
    let first = world.start_execution().await;
    let second = world.start_execution().await;
    world.until_waiting(2).await;
    let (_, dossiers) = world.all_waiting().await;
    assert_eq!(dossiers.len(), 2);
    let arguments = ["-p", "greenlight", "--yes", "--execution", &second];
    let (code, stdout, stderr) = without_a_terminal(&world.gateway, world.path(), &arguments).await;
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains(&second) && !stdout.contains(&first), "{stdout}");
    assert_eq!(world.puts(), 1);
    world.until_waiting(1).await;
    // The other one waits in production by now.
    let (_, mut left) = world.all_waiting().await;
    left.retain(|dossier| dossier.pending.stage == "Approve");
    assert_eq!(left[0].pending.execution_id, first);
    // Two in one state: each is asked for by itself.
    let mut terminal = Terminal::run(
        &world.gateway,
        world.path(),
        &["-p", "greenlight", "--stage", "Approve", "--no-watch"],
    );
    terminal.until("characters of the commit:").await;
    assert!(terminal.text().contains("(PARALLEL)"), "{}", terminal.text());
    terminal.type_in(&format!("{}\r", &left[0].sha().unwrap()[..4]));
    assert_eq!(terminal.exit().await, 0);
    world.until_waiting(0).await;
    world.stop().await;
}

/// Somebody else rejects it while the person reads: the screen says who, and that nothing was sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_screen_says_what_changed() {
    let world = World::start("QUEUED").await;
    let (_, dossier) = world.waiting().await;
    let sha = dossier.sha().unwrap().to_owned();
    let mut terminal = Terminal::run(&world.gateway, world.path(), &["-p", "greenlight"]);
    terminal.until("characters of the commit:").await;
    world.answer(&dossier, "Rejected").await;
    terminal.type_in(&format!("{}\r", &sha[..4]));
    assert_eq!(terminal.exit().await, 1);
    terminal.until("shown was").await;
    insta::assert_snapshot!("changed", after_the_question(&terminal.text(), &sha));
    assert_eq!(world.puts(), 0);
    world.stop().await;
}

/// What stands against it is on the screen, with what to do about it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_screen_says_what_blocks() {
    let world = World::start("SUPERSEDED").await;
    let (_, dossier) = world.waiting().await;
    world
        .call(
            "DisableStageTransition",
            serde_json::json!({"pipelineName": "greenlight", "stageName": "Prod", "transitionType": "Inbound", "reason": "migration"}),
        )
        .await;
    let config = world.path().join("approve.toml");
    let text = "[[freeze]]\nwhy = \"holidays\"\nfrom = \"2020-01-01T00:00:00Z\"\nuntil = \"2099-01-01T00:00:00Z\"\n\
                [pipelines.prod]\npipeline = \"greenlight\"\nproduction = true\nrequire = [\"report\", \"image\"]\n";
    std::fs::write(&config, text).unwrap();
    let config = config.display().to_string();
    let mut terminal = Terminal::run(&world.gateway, world.path(), &["-p", "prod", "--config", &config]);
    assert_eq!(terminal.exit().await, 1);
    terminal.until("hint: --override").await;
    let screen = terminal.text();
    let from = screen.find("  BLOCKED").unwrap();
    insta::assert_snapshot!("blocked", stable(&screen[from..], dossier.sha().unwrap()));
    assert_eq!(world.puts(), 0);
    world.stop().await;
}

fn after_the_question(screen: &str, sha: &str) -> String {
    let from = screen.find("Approve? ").unwrap();
    stable(&screen[from..].replacen(&sha[..4], "TYPED", 1), sha)
}

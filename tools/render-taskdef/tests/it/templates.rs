use std::fs;

use crate::support::{DIGEST, IMAGE, repository_templates, run, run_with};

fn render(env: &str, out: &std::path::Path) -> crate::support::Ran {
    let dir = repository_templates();
    let image = format!("web={IMAGE}@{DIGEST}");
    let args = [
        "render",
        "--dir",
        dir.to_str().unwrap(),
        "--env",
        env,
        "--image",
        &image,
        "--var",
        "GIT_SHA=4f2a9c1",
        "--offline",
        "--out",
        out.to_str().unwrap(),
    ];
    run(out, &args)
}

#[test]
fn the_repositorys_own_templates_render_for_both_environments() {
    for env in ["test", "prod"] {
        let out = tempfile::tempdir().unwrap();
        let ran = render(env, out.path());
        assert_eq!(
            (ran.code, ran.stderr.starts_with("0 errors, 0 warnings;")),
            (0, true),
            "{}{}",
            ran.stdout,
            ran.stderr
        );
        for file in ["taskdef.json", "appspec.yaml", "imageDetail.json"] {
            insta::assert_snapshot!(
                format!("{env}-{file}"),
                fs::read_to_string(out.path().join(file)).unwrap()
            );
        }
        assert_eq!(fs::read_dir(out.path()).unwrap().count(), 3);
    }
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    render("prod", first.path());
    render("prod", second.path());
    for file in ["taskdef.json", "appspec.yaml", "imageDetail.json"] {
        assert_eq!(
            fs::read(first.path().join(file)).unwrap(),
            fs::read(second.path().join(file)).unwrap(),
            "{file}"
        );
    }
}

#[test]
fn only_allowed_names_come_from_the_environment() {
    let out = tempfile::tempdir().unwrap();
    let dir = repository_templates();
    let image = format!("web={IMAGE}@{DIGEST}");
    let args =
        ["--dir", dir.to_str().unwrap(), "--env", "test", "--image", &image, "--offline", "--out", "."];
    let environment = [("GIT_SHA", "abc"), ("ALLOWED_HOSTS_TEST", "test.example"), ("SERVICE", "hijacked")];
    assert_eq!(run_with(out.path(), &args, &environment).code, 0);
    let taskdef = fs::read_to_string(out.path().join("taskdef.json")).unwrap();
    assert!(
        taskdef.contains("\"test.example\"") && taskdef.contains("\"abc\"") && !taskdef.contains("hijacked")
    );
}

#[test]
fn placeholders_are_left_for_codepipeline() {
    let out = tempfile::tempdir().unwrap();
    let dir = repository_templates();
    let image = format!("web={IMAGE}@{DIGEST}");
    let args = [
        "--dir",
        dir.to_str().unwrap(),
        "--env",
        "test",
        "--image",
        &image,
        "--images",
        "placeholder",
        "--placeholder",
        "IMAGE1_NAME=web",
        "--var",
        "GIT_SHA=abc",
        "--offline",
        "--out",
        ".",
    ];
    let ran = run(out.path(), &args);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let taskdef: serde_json::Value =
        serde_json::from_slice(&fs::read(out.path().join("taskdef.json")).unwrap()).unwrap();
    assert_eq!(taskdef["containerDefinitions"][0]["image"], "<IMAGE1_NAME>");
    let detail: serde_json::Value =
        serde_json::from_slice(&fs::read(out.path().join("imageDetail.json")).unwrap()).unwrap();
    assert_eq!(detail["ImageURI"], format!("{IMAGE}@{DIGEST}"));
    // A tag could not be pinned, and imageDetail.json would hand it to CodePipeline.
    let tagged = args.map(|word| if word == image { "web=TAGGED" } else { word }.to_owned());
    let tagged = tagged.map(|word| word.replace("TAGGED", &format!("{IMAGE}:1")));
    let tagged: Vec<&str> = tagged.iter().map(String::as_str).collect();
    let ran = run(out.path(), &tagged);
    assert!(ran.code == 1 && ran.stdout.contains("error[TD-IMAGE-OFFLINE]"), "{}", ran.stdout);
    // Without an image the one of the earlier run must not stay beside the new files.
    let nameless: Vec<&str> = args.into_iter().filter(|word| *word != "--image" && *word != image).collect();
    // IMAGE of the environment is the placeholder as well.
    let ran = run(out.path(), &nameless);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(out.path().join("taskdef.json").exists() && !out.path().join("imageDetail.json").exists());
}

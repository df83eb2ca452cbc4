//! A configuration from every place, and every kind of bad one.

use futures::StreamExt as _;

use crate::front::{Must, Run, run};
use crate::stage::{BUCKET, Stage, config};

#[tokio::test(flavor = "multi_thread")]
async fn from_every_place_and_bad_in_every_way() {
    let stage = Stage::start().await;
    let objects = &stage.gateway().engines().objects;
    objects.put(BUCKET, "good.toml", config("from-s3").into());
    objects.put(BUCKET, "binary", vec![0xff, 0xfe].into());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("validate.toml");
    std::fs::write(&file, config("from-a-file")).unwrap();
    let good = config("CELL");
    let with = |old: &str, new: &str| {
        let changed = good.replacen(old, new, 1);
        assert_ne!(changed, good, "{old}");
        changed
    };
    let invalid = Must::Fail("CONFIG_INVALID");
    let cells = [
        ("from S3", format!("s3://{BUCKET}/good.toml"), Must::Succeed),
        ("from a file", format!("file:{}", file.display()), Must::Succeed),
        ("no such object", format!("s3://{BUCKET}/none.toml"), Must::Fail("NoSuchKey")),
        ("no key", format!("s3://{BUCKET}"), invalid),
        ("not UTF-8", format!("s3://{BUCKET}/binary"), invalid),
        ("no such file", "file:/nowhere/validate.toml".to_owned(), invalid),
        // What SSM holds under this name is a secret, and no TOML.
        ("from SSM, and no TOML", "ssm:/key".to_owned(), invalid),
        ("empty: no file beside the binary", " ".to_owned(), invalid),
        ("no TOML", "[[check".to_owned(), invalid),
        ("nothing to check", format!("report = 's3://{BUCKET}/x'"), invalid),
        ("an unknown key", with("[burst]", "[bursts]"), invalid),
        ("a misspelt expectation", with("status = 200\nbody", "status = 200\nbodi"), invalid),
        ("a bad regular expression", with("body = '^two$'", "body = '(two'"), invalid),
        ("a variable that is not set", with("'/'\nattempts", "'/${env:NOT_SET}'\nattempts"), invalid),
        ("a capture of nobody", with("'/'\nattempts", "'/${capture:id}'\nattempts"), invalid),
        ("a bad place for the report", with("s3://greenlight-reports/CELL", "http://x"), invalid),
        ("a bad host", format!("{good}[target]\nhost = 'a b'\n"), invalid),
        ("certificates that are none", format!("{good}[target]\nca = 'PEM'\n"), invalid),
    ];
    let stage = &stage;
    let done = futures::stream::iter(cells).map(|(name, text, must)| async move {
        let seen = run(stage, Run { config: Some(text), ..Run::default() }).await;
        seen.complaint(must).map(|complaint| format!("{name}: {complaint}"))
    });
    let complaints: Vec<String> = done.buffer_unordered(6).filter_map(async |it| it).collect().await;
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

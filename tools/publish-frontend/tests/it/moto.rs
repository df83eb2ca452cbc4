//! The same against moto: two S3 servers that nobody here wrote agree on what this program sends.

use greenlight_testkit::Moto;
use local_pipeline::client;

use crate::site::{BUCKET, failed, ok, output, program, write};

/// moto looks who asks, not whether it is true.
const SIGNED: (&str, &str) = (
    "authorization",
    "AWS4-HMAC-SHA256 Credential=test/20261128/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0",
);

struct Bucket(Moto);

impl Bucket {
    async fn new() -> Option<Self> {
        let moto = tokio::task::spawn_blocking(Moto::start).await.unwrap()?;
        let place = "<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>";
        let url = format!("{}/{BUCKET}", moto.url());
        let answer = client::send("PUT", &url, &[SIGNED], place.to_owned()).await.unwrap();
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        Some(Self(moto))
    }

    async fn run(&self, arguments: &[&str]) -> std::process::Output {
        let mut command = program(self.0.url());
        command.env("PUBLISH_FRONTEND_BUCKET", BUCKET).args(arguments);
        output(command).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn releases_rollback_and_retention_on_moto() {
    let Some(moto) = Bucket::new().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().display().to_string();
    let publish = async |more: &[&str]| {
        let mut arguments = vec!["publish", "--source", &source, "--verify", "get", "--keep-days", "0"];
        arguments.extend(more);
        moto.run(&arguments).await
    };
    let build = |number: u8| {
        std::fs::remove_dir_all(folder.path()).unwrap();
        let chunk = format!("assets/app-{number}{number}{number}aaaa{number}.js");
        write(folder.path(), "index.html", format!("<script src=/{chunk}></script>{number}"));
        write(folder.path(), &chunk, format!("{number}"));
        write(folder.path(), "ünï côdé+100%.txt", "same");
        write(folder.path(), "large.bin", vec![number; 300 * 1024]);
    };
    build(1);
    // In parts too.
    write(folder.path(), "film.mp4", vec![7; 66 * 1024 * 1024]);
    let said = ok(&publish(&["--release-id", "one"]).await);
    assert!(said.contains("5 files verified"), "{said}");
    assert!(ok(&publish(&[]).await).contains("nothing to do"));
    for number in 2..=3 {
        build(number);
        ok(&publish(&["--release-id", &number.to_string(), "--keep-releases", "2"]).await);
    }
    // What no kept release has is gone.
    let get = async |key: &str| {
        client::send("GET", &format!("{}/{BUCKET}/{key}", moto.0.url()), &[SIGNED], String::new())
            .await
            .unwrap()
    };
    assert_eq!(get("assets/app-111aaaa1.js").await.status, 404);
    let said = ok(&moto.run(&["rollback", "--verify", "get"]).await);
    assert!(said.contains("release 2 is live again"), "{said}");
    assert!(String::from_utf8_lossy(&get("index.html").await.body).ends_with('2'));
    assert_eq!(get("large.bin").await.body, vec![2; 300 * 1024]);
    assert!(ok(&moto.run(&["releases"]).await).contains("put back from 2"));
    failed(&moto.run(&["rollback", "--to", "nope"]).await, 3);
}

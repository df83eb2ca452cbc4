use std::fs;

use local_pipeline::faults::Fault;
use local_pipeline::{Gateway, GatewaySettings, RunningGateway, names};
use serde_json::json;

use crate::support::{IMAGE, Ran, repository_templates, run_with};

/// The engines with one image for two platforms, tagged `1`; the second value is the digest of its index.
async fn world(state: &std::path::Path) -> (RunningGateway, String) {
    let gateway = Gateway::start(GatewaySettings::in_process(state)).await.unwrap();
    let registry = &gateway.engines().registry;
    registry.create_repository("greenlight/backend", false);
    let index =
        json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []});
    let put = json!({"repositoryName": "greenlight/backend", "imageManifest": index.to_string(), "imageTag": "1",
        "imageManifestMediaType": "application/vnd.oci.image.index.v1+json"});
    let answer = registry.call("PutImage", &put).await.unwrap_or_else(|_| panic!("PutImage was refused"));
    let digest = answer["image"]["imageId"]["imageDigest"].as_str().unwrap().to_owned();
    (gateway, digest)
}

async fn render(gateway: &RunningGateway, out: &std::path::Path, image: &str) -> Ran {
    let (url, out, image) = (gateway.url().to_owned(), out.to_owned(), format!("web={image}"));
    tokio::task::spawn_blocking(move || {
        let dir = repository_templates();
        let args = [
            "render",
            "--dir",
            dir.to_str().unwrap(),
            "--env",
            "test",
            "--image",
            &image,
            "--var",
            "GIT_SHA=abc",
            "--out",
            "files",
        ];
        let environment = [
            ("AWS_ENDPOINT_URL", url.as_str()),
            ("AWS_ACCESS_KEY_ID", names::ACCESS_KEY_ID),
            ("AWS_SECRET_ACCESS_KEY", names::SECRET_ACCESS_KEY),
            ("AWS_REGION", names::REGION),
        ];
        run_with(&out, &args, &environment)
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_tag_is_pinned_to_the_digest_that_ecr_has() {
    let scratch = tempfile::tempdir().unwrap();
    let (gateway, digest) = world(scratch.path()).await;
    let ran = render(&gateway, scratch.path(), &format!("{IMAGE}:1")).await;
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let read = |name: &str| -> serde_json::Value {
        serde_json::from_slice(&fs::read(scratch.path().join("files").join(name)).unwrap()).unwrap()
    };
    let pinned = format!("{IMAGE}@{digest}");
    let (taskdef, detail) = (read("taskdef.json"), read("imageDetail.json"));
    let web = &taskdef["containerDefinitions"][0];
    assert_eq!(web["image"], pinned);
    assert!(web["environment"].as_array().unwrap().contains(&json!({"name": "IMAGE", "value": pinned})));
    assert_eq!(
        (&detail["ImageURI"], &detail["ImageTags"], &detail["ImageDigest"]),
        (&json!(pinned), &json!(["1"]), &json!(digest))
    );
    // A digest is looked up as well: it may have been deleted.
    assert_eq!(render(&gateway, scratch.path(), &pinned).await.code, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn an_image_that_ecr_does_not_have_is_a_finding() {
    let scratch = tempfile::tempdir().unwrap();
    let (gateway, _) = world(scratch.path()).await;
    for image in [
        format!("{IMAGE}:2"),
        IMAGE.replace("backend", "other"),
        format!("{IMAGE}@{}", crate::support::DIGEST),
    ] {
        let ran = render(&gateway, scratch.path(), &image).await;
        assert_eq!(ran.code, 1, "{image}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("error[TD-IMAGE-MISSING] taskdef.json:"), "{}", ran.stdout);
        assert!(!scratch.path().join("files").exists());
    }
    gateway.stop().await;
}

#[tokio::test]
async fn what_aws_refuses_has_its_own_exit_code() {
    let scratch = tempfile::tempdir().unwrap();
    let (gateway, _) = world(scratch.path()).await;
    for (status, code, exit) in [
        (400, "AccessDeniedException", 77),
        (400, "ExpiredTokenException", 77),
        (400, "ThrottlingException", 69),
    ] {
        gateway.faults().add(Fault::error("ecr", "DescribeImages", status, code));
        let ran = render(&gateway, scratch.path(), &format!("{IMAGE}:1")).await;
        assert_eq!(ran.code, exit, "{code}: {}", ran.stderr);
        assert!(ran.stderr.contains(code) && ran.stderr.contains("hint: "), "{}", ran.stderr);
        assert!(!scratch.path().join("files").exists());
        gateway.faults().clear();
    }
    gateway.stop().await;
}

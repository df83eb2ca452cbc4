//! The S3 engine, asked by the real SDK.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/aws_client.rs"]
mod aws_client;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, CompletedMultipartUpload, CompletedPart, Delete, MetadataDirective,
    ObjectIdentifier, ServerSideEncryption,
};
use local_pipeline::Gateway;
use local_pipeline::gateway::{GatewaySettings, RunningGateway};
use md5::{Digest as _, Md5};

const BUCKET: &str = "greenlight-test-site-123456789012";

struct World {
    gateway: RunningGateway,
    s3: Client,
    _state: tempfile::TempDir,
}

async fn world() -> World {
    let state = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(GatewaySettings::in_process(state.path())).await.unwrap();
    gateway.engines().objects.create_bucket(BUCKET);
    let s3 =
        client(gateway.url(), local_pipeline::names::ACCESS_KEY_ID, local_pipeline::names::SECRET_ACCESS_KEY);
    World { gateway, s3, _state: state }
}

fn client(url: &str, key: &str, secret: &str) -> Client {
    let config = aws_client::config_with(url, key, secret);
    Client::from_conf(aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build())
}

fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> &str {
    error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default()
}

fn md5_hex(data: &[u8]) -> String {
    format!("\"{}\"", hex::encode(Md5::digest(data)))
}

#[tokio::test]
async fn objects_keep_their_headers() {
    let World { gateway, s3, .. } = world().await;
    let put = s3
        .put_object()
        .bucket(BUCKET)
        .key("assets/Über uns+1.js")
        .body(ByteStream::from_static(b"console.log(1)"))
        .content_type("text/javascript")
        .cache_control("public, max-age=31536000, immutable")
        .content_disposition("inline")
        .metadata("release", "abc")
        .send()
        .await
        .unwrap();
    assert_eq!(put.e_tag().unwrap(), md5_hex(b"console.log(1)"));
    assert_eq!(put.server_side_encryption(), Some(&ServerSideEncryption::Aes256));

    let got = s3.get_object().bucket(BUCKET).key("assets/Über uns+1.js").send().await.unwrap();
    assert_eq!(got.content_type(), Some("text/javascript"));
    assert_eq!(got.cache_control(), Some("public, max-age=31536000, immutable"));
    assert_eq!(got.content_disposition(), Some("inline"));
    assert_eq!(got.metadata().unwrap()["release"], "abc");
    assert_eq!(got.content_length(), Some(14));
    assert!(got.last_modified().is_some());
    assert_eq!(got.body.collect().await.unwrap().into_bytes().as_ref(), b"console.log(1)");

    let head = s3.head_object().bucket(BUCKET).key("missing").send().await.unwrap_err();
    assert_eq!(code(&head), "NotFound");
    let get = s3.get_object().bucket(BUCKET).key("missing").send().await.unwrap_err();
    assert_eq!(code(&get), "NoSuchKey");
    let bucket = s3.get_object().bucket("no-such-bucket").key("k").send().await.unwrap_err();
    assert_eq!(code(&bucket), "NoSuchBucket");
    gateway.stop().await;
}

#[tokio::test]
async fn a_file_is_streamed_with_a_trailing_checksum() {
    let World { gateway, s3, .. } = world().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("big.bin");
    let data: Vec<u8> = (0..300_000_u32).map(|value| u8::try_from(value % 251).unwrap()).collect();
    std::fs::write(&path, &data).unwrap();
    for algorithm in [ChecksumAlgorithm::Sha256, ChecksumAlgorithm::Crc32, ChecksumAlgorithm::Crc32C] {
        let put = s3
            .put_object()
            .bucket(BUCKET)
            .key("big.bin")
            .checksum_algorithm(algorithm)
            .content_encoding("gzip");
        put.body(ByteStream::from_path(&path).await.unwrap()).send().await.unwrap();
        let got = gateway.engines().objects.get(BUCKET, "big.bin").unwrap();
        assert_eq!(got.body.as_ref(), data);
        assert_eq!(got.content_encoding.as_deref(), Some("gzip"));
    }
    let head = s3
        .head_object()
        .bucket(BUCKET)
        .key("big.bin")
        .checksum_mode(ChecksumMode::Enabled)
        .send()
        .await
        .unwrap();
    assert!(head.checksum_crc32_c().is_some());
    let head = s3.head_object().bucket(BUCKET).key("big.bin").send().await.unwrap();
    assert!(head.checksum_crc32_c().is_none());
    gateway.stop().await;
}

#[tokio::test]
async fn wrong_checksums_are_refused() {
    let World { gateway, s3, .. } = world().await;
    let put = || s3.put_object().bucket(BUCKET).key("k").body(ByteStream::from_static(b"data"));
    let wrong = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let error = put().checksum_sha256(wrong).send().await.unwrap_err();
    assert_eq!(code(&error), "BadDigest");
    let error = put().content_md5("1B2M2Y8AsgTpgAmY7PhCfg==").send().await.unwrap_err();
    assert_eq!(code(&error), "BadDigest");
    let error = put().content_md5("short").send().await.unwrap_err();
    assert_eq!(code(&error), "InvalidDigest");
    assert!(gateway.engines().objects.get(BUCKET, "k").is_none());
    gateway.stop().await;
}

#[tokio::test]
async fn conditional_writes() {
    let World { gateway, s3, .. } = world().await;
    let put =
        |body: &'static [u8]| s3.put_object().bucket(BUCKET).key("lock").body(ByteStream::from_static(body));
    let first = put(b"1").if_none_match("*").send().await.unwrap();
    let error = put(b"2").if_none_match("*").send().await.unwrap_err();
    assert_eq!(code(&error), "PreconditionFailed");
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 412);
    let etag = first.e_tag().unwrap();
    put(b"3").if_match(etag).send().await.unwrap();
    let error = put(b"4").if_match(etag).send().await.unwrap_err();
    assert_eq!(code(&error), "PreconditionFailed");
    let error = s3.put_object().bucket(BUCKET).key("absent").if_match(etag).send().await.unwrap_err();
    assert_eq!(code(&error), "NoSuchKey");
    assert_eq!(gateway.engines().objects.get(BUCKET, "lock").unwrap().body.as_ref(), b"3");
    gateway.stop().await;
}

#[tokio::test]
async fn reads_by_range_and_condition() {
    let World { gateway, s3, .. } = world().await;
    gateway.engines().objects.put(BUCKET, "k", "0123456789".into());
    let get = || s3.get_object().bucket(BUCKET).key("k");
    let part = get().range("bytes=2-4").send().await.unwrap();
    assert_eq!(part.content_range(), Some("bytes 2-4/10"));
    assert_eq!(part.body.collect().await.unwrap().into_bytes().as_ref(), b"234");
    let error = get().range("bytes=10-").send().await.unwrap_err();
    assert_eq!(code(&error), "InvalidRange");
    let error = get().if_none_match(md5_hex(b"0123456789")).send().await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 304);
    let error = get().if_match("\"other\"").send().await.unwrap_err();
    assert_eq!(code(&error), "PreconditionFailed");
    gateway.stop().await;
}

#[tokio::test]
async fn listing_pages_and_folds() {
    let World { gateway, s3, .. } = world().await;
    let objects = &gateway.engines().objects;
    for index in 0..1005 {
        objects.put(BUCKET, &format!("many/{index:04}"), "x".into());
    }
    for key in ["Z", "a/1", "a/2", "b/c/1", "b/d", "z", "ä", "\u{1F600}", "\u{FFFD}"] {
        objects.put(BUCKET, key, "x".into());
    }
    let first = s3.list_objects_v2().bucket(BUCKET).prefix("many/").send().await.unwrap();
    assert_eq!(first.contents().len(), 1000);
    assert_eq!(first.is_truncated(), Some(true));
    let token = first.next_continuation_token().unwrap();
    let second =
        s3.list_objects_v2().bucket(BUCKET).prefix("many/").continuation_token(token).send().await.unwrap();
    let keys: Vec<_> = second.contents().iter().map(|object| object.key().unwrap()).collect();
    assert_eq!(keys, ["many/1000", "many/1001", "many/1002", "many/1003", "many/1004"]);
    assert_eq!(second.next_continuation_token(), None);

    let mut seen = Vec::new();
    let mut pages = s3.list_objects_v2().bucket(BUCKET).delimiter("/").max_keys(2).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        assert!(page.contents().len() + page.common_prefixes().len() <= 2);
        seen.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
        seen.extend(page.common_prefixes().iter().map(|prefix| prefix.prefix().unwrap().to_owned()));
    }
    // UTF-8 order: U+FFFD before U+1F600, which UTF-16 would turn round.
    seen.sort();
    assert_eq!(seen, ["Z", "a/", "b/", "many/", "z", "ä", "\u{FFFD}", "\u{1F600}"]);
    gateway.stop().await;
}

#[tokio::test]
async fn copies_replace_headers_and_deletes_report() {
    let World { gateway, s3, .. } = world().await;
    s3.put_object()
        .bucket(BUCKET)
        .key("a")
        .cache_control("no-cache")
        .body(ByteStream::from_static(b"a"))
        .send()
        .await
        .unwrap();
    let copy = || s3.copy_object().bucket(BUCKET).key("a").copy_source(format!("{BUCKET}/a"));
    let error = copy().send().await.unwrap_err();
    assert_eq!(code(&error), "InvalidRequest");
    copy().metadata_directive(MetadataDirective::Replace).cache_control("max-age=60").send().await.unwrap();
    assert_eq!(
        gateway.engines().objects.get(BUCKET, "a").unwrap().cache_control.as_deref(),
        Some("max-age=60")
    );

    let identifiers = ["a", "absent"].map(|key| ObjectIdentifier::builder().key(key).build().unwrap());
    let delete = Delete::builder().set_objects(Some(identifiers.to_vec())).build().unwrap();
    let answer = s3.delete_objects().bucket(BUCKET).delete(delete).send().await.unwrap();
    let deleted: Vec<_> = answer.deleted().iter().map(|object| object.key().unwrap()).collect();
    assert_eq!(deleted, ["a", "absent"]);
    assert!(answer.errors().is_empty());
    assert!(gateway.engines().objects.get(BUCKET, "a").is_none());
    s3.delete_object().bucket(BUCKET).key("absent").send().await.unwrap();
    gateway.stop().await;
}

#[tokio::test]
async fn multipart_uploads_have_the_etag_of_their_parts() {
    let World { gateway, s3, .. } = world().await;
    let created = s3
        .create_multipart_upload()
        .bucket(BUCKET)
        .key("big")
        .content_type("application/zip")
        .send()
        .await
        .unwrap();
    let id = created.upload_id().unwrap();
    let bodies = [vec![1_u8; 5 * 1024 * 1024], vec![2_u8; 10]];
    let mut parts = Vec::new();
    for (number, body) in (1..).zip(&bodies) {
        let part = s3
            .upload_part()
            .bucket(BUCKET)
            .key("big")
            .upload_id(id)
            .part_number(number)
            .body(body.clone().into());
        let part = part.send().await.unwrap();
        parts.push(
            CompletedPart::builder().part_number(number).set_e_tag(part.e_tag().map(str::to_owned)).build(),
        );
    }
    let listed = s3.list_parts().bucket(BUCKET).key("big").upload_id(id).send().await.unwrap();
    assert_eq!(
        listed.parts().iter().map(|part| part.size().unwrap()).collect::<Vec<_>>(),
        [5 * 1024 * 1024, 10]
    );
    let complete = |parts: Vec<CompletedPart>| {
        let upload = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        s3.complete_multipart_upload().bucket(BUCKET).key("big").upload_id(id).multipart_upload(upload).send()
    };
    let error = complete(parts.iter().rev().cloned().collect()).await.unwrap_err();
    assert_eq!(code(&error), "InvalidPartOrder");
    let done = complete(parts.clone()).await.unwrap();
    let digests: Vec<u8> = bodies.iter().flat_map(|body| Md5::digest(body).to_vec()).collect();
    assert_eq!(done.e_tag().unwrap(), format!("\"{}-2\"", hex::encode(Md5::digest(&digests))));
    let stored = gateway.engines().objects.get(BUCKET, "big").unwrap();
    assert_eq!(stored.body.len(), 5 * 1024 * 1024 + 10);
    assert_eq!(stored.content_type.as_deref(), Some("application/zip"));
    assert_eq!(complete(parts).await.unwrap().e_tag(), done.e_tag());

    let aborted = s3.create_multipart_upload().bucket(BUCKET).key("gone").send().await.unwrap();
    let abort = || {
        s3.abort_multipart_upload().bucket(BUCKET).key("gone").upload_id(aborted.upload_id().unwrap()).send()
    };
    abort().await.unwrap();
    assert_eq!(code(&abort().await.unwrap_err()), "NoSuchUpload");
    gateway.stop().await;
}

#[tokio::test]
async fn with_kms_the_etag_is_not_the_md5() {
    let World { gateway, s3, .. } = world().await;
    let put = s3.put_object().bucket(BUCKET).key("k").body(ByteStream::from_static(b"x"));
    let put = put
        .server_side_encryption(ServerSideEncryption::AwsKms)
        .ssekms_key_id("alias/site")
        .send()
        .await
        .unwrap();
    assert_ne!(put.e_tag().unwrap(), md5_hex(b"x"));
    let head = s3.head_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!(head.e_tag(), put.e_tag());
    assert_eq!(head.server_side_encryption(), Some(&ServerSideEncryption::AwsKms));
    assert_eq!(head.ssekms_key_id(), Some("alias/site"));
    gateway.stop().await;
}

#[tokio::test]
async fn signatures_are_checked() {
    let World { gateway, .. } = world().await;
    let key = local_pipeline::names::ACCESS_KEY_ID;
    let wrong =
        client(gateway.url(), key, "wrong").list_objects_v2().bucket(BUCKET).send().await.unwrap_err();
    assert_eq!(code(&wrong), "SignatureDoesNotMatch");
    let unknown = client(gateway.url(), "AKIAUNKNOWN", "wrong")
        .list_objects_v2()
        .bucket(BUCKET)
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&unknown), "InvalidAccessKeyId");
    assert_eq!(unknown.raw_response().unwrap().status().as_u16(), 403);
    assert!(unknown.raw_response().unwrap().headers().get("x-amz-request-id").is_some());
    gateway.stop().await;
}

#[tokio::test]
async fn buckets() {
    let World { gateway, s3, .. } = world().await;
    s3.head_bucket().bucket(BUCKET).send().await.unwrap();
    assert_eq!(code(&s3.head_bucket().bucket("absent-bucket").send().await.unwrap_err()), "NotFound");
    let location = aws_sdk_s3::types::CreateBucketConfiguration::builder()
        .location_constraint(aws_sdk_s3::types::BucketLocationConstraint::EuCentral1)
        .build();
    let create =
        || s3.create_bucket().bucket("another-bucket").create_bucket_configuration(location.clone()).send();
    create().await.unwrap();
    assert_eq!(code(&create().await.unwrap_err()), "BucketAlreadyOwnedByYou");
    let names = s3.list_buckets().send().await.unwrap();
    assert_eq!(
        names.buckets().iter().map(|bucket| bucket.name().unwrap()).collect::<Vec<_>>(),
        ["another-bucket", BUCKET]
    );
    gateway.stop().await;
}

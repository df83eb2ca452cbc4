//! Volumes, and the mounts that name them.

use super::task::duplicates;
use super::{Container, Task, is_name};
use crate::taskdef::finding::{Findings, quoted};
use crate::taskdef::node::{Node, child};

/// What a volume can be. One volume is one of them
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Volume.html>, 2026-11).
const KINDS: [&str; 5] = [
    "host",
    "dockerVolumeConfiguration",
    "efsVolumeConfiguration",
    "s3filesVolumeConfiguration",
    "fsxWindowsFileServerVolumeConfiguration",
];
/// Kinds whose volume must have a name.
const NAMED_KINDS: [&str; 2] = ["efsVolumeConfiguration", "s3filesVolumeConfiguration"];
const MAX_CONFIGURED_AT_LAUNCH: usize = 1;

pub fn check(task: &Task<'_>, findings: &mut Findings) {
    let mut at_launch = 0;
    for (index, volume) in task.node.items("volumes").iter().enumerate() {
        let pointer = format!("/volumes/{index}");
        let launched = volume.get("configuredAtLaunch").filter(|node| node.as_bool() == Some(true));
        if let Some(node) = launched {
            at_launch += 1;
            if at_launch > MAX_CONFIGURED_AT_LAUNCH {
                let message = "a second volume that is configured at launch; only one is possible";
                findings.add("TD-VOLUME", node.at, child(&pointer, "configuredAtLaunch"), message);
            }
        }
        name(volume, &pointer, launched.is_some(), findings);
        kinds(volume, &pointer, launched.is_some(), findings);
        if let Some(efs) = volume.get("efsVolumeConfiguration") {
            check_efs(efs, &child(&pointer, "efsVolumeConfiguration"), findings);
        }
        if let Some(files) = volume.get("s3filesVolumeConfiguration") {
            let pointer = child(&pointer, "s3filesVolumeConfiguration");
            root_directory(files, &pointer, files.get("accessPointArn").is_some(), findings);
        }
    }
    task.containers.iter().for_each(|container| mounts(task, container, findings));
}

fn name(volume: &Node, pointer: &str, launched: bool, findings: &mut Findings) {
    match volume.get("name") {
        Some(node) if node.as_str().is_some_and(|text| !is_name(text)) => {
            let message = "a volume takes 1 to 255 letters, digits, '_' and '-'";
            findings.add("TD-NAME", node.at, child(pointer, "name"), message);
        }
        Some(_) => {}
        None => {
            let kind = NAMED_KINDS.iter().find(|kind| volume.get(kind).is_some()).copied();
            if let Some(kind) = kind.or(launched.then_some("configuredAtLaunch")) {
                let message = format!("a volume with {kind} needs a name");
                findings.add("TD-VOLUME", volume.at, child(pointer, "name"), message);
            }
        }
    }
}

fn kinds(volume: &Node, pointer: &str, launched: bool, findings: &mut Findings) {
    // An empty "host" is what ECS itself writes for a volume without any configuration.
    let empty = |node: &Node| node.as_object().is_some_and(indexmap::IndexMap::is_empty);
    let named: Vec<&str> =
        KINDS.into_iter().filter(|kind| volume.get(kind).is_some_and(|node| !empty(node))).collect();
    if named.len() > 1 || (launched && !named.is_empty()) {
        let list = named.join(" and ");
        let message = if launched {
            format!("a volume that is configured at launch says nothing else here, but has {list}")
        } else {
            format!("a volume is one of {list}")
        };
        findings.add("TD-VOLUME", volume.at, pointer, message);
    }
}

fn check_efs(efs: &Node, pointer: &str, findings: &mut Findings) {
    let authorization = efs.get("authorizationConfig");
    let access_point = authorization.and_then(|config| config.text("accessPointId")).is_some();
    let iam = authorization.and_then(|config| config.text("iam")) == Some("ENABLED");
    if (iam || access_point) && efs.text("transitEncryption") != Some("ENABLED") {
        let message = "IAM authorization and access points need \"transitEncryption\": \"ENABLED\"";
        findings.add("TD-EFS", efs.at, pointer, message);
    }
    root_directory(efs, pointer, access_point, findings);
}

/// The access point decides which directory is the root.
fn root_directory(config: &Node, pointer: &str, access_point: bool, findings: &mut Findings) {
    if let (true, Some(root)) = (access_point, config.get("rootDirectory"))
        && root.as_str() != Some("/")
    {
        let message = "with an access point this is \"/\" or absent";
        findings.add("TD-EFS", root.at, child(pointer, "rootDirectory"), message);
    }
}

fn mounts(task: &Task<'_>, container: &Container<'_>, findings: &mut Findings) {
    let pointer = child(&container.pointer, "mountPoints");
    // Docker says "Duplicate mount point".
    duplicates(
        task,
        container.node.items("mountPoints"),
        &pointer,
        ("containerPath", "mount point"),
        findings,
    );
    for (pointer, mount) in container.list("mountPoints") {
        if let Some(node) = mount.get("sourceVolume")
            && let Some(name) = node.as_str()
            && !task.node.items("volumes").iter().any(|volume| volume.text("name") == Some(name))
        {
            let message = format!("there is no volume {}", quoted(name));
            findings.add("TD-REFERENCE", node.at, child(&pointer, "sourceVolume"), message);
        }
    }
    for (pointer, from) in container.list("volumesFrom") {
        if let Some(node) = from.get("sourceContainer")
            && let Some(name) = node.as_str()
            && task.container(name).is_none()
        {
            let message = format!("there is no container {}", quoted(name));
            findings.add("TD-REFERENCE", node.at, child(&pointer, "sourceContainer"), message);
        }
    }
}

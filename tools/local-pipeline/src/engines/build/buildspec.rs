//! The buildspec: what CodeBuild is to do
//! (<https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html>, 2026-11).

use indexmap::IndexMap;
use serde::Deserialize;

#[derive(Debug, thiserror::Error)]
pub enum BuildspecError {
    #[error("the buildspec is not valid: {0}")]
    Syntax(String),
    #[error("the buildspec has version {0}; only 0.2 runs its commands in one shell")]
    Version(String),
    #[error("the buildspec has no phase with commands")]
    Empty,
}

/// The phases that a buildspec can give commands for, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PhaseName {
    Install,
    PreBuild,
    Build,
    PostBuild,
}

impl PhaseName {
    pub const ALL: [Self; 4] = [Self::Install, Self::PreBuild, Self::Build, Self::PostBuild];

    /// As in the buildspec.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::PreBuild => "pre_build",
            Self::Build => "build",
            Self::PostBuild => "post_build",
        }
    }

    /// As in `BatchGetBuilds`.
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::Install => "INSTALL",
            Self::PreBuild => "PRE_BUILD",
            Self::Build => "BUILD",
            Self::PostBuild => "POST_BUILD",
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Buildspec {
    version: f64,
    #[serde(default)]
    pub env: Environment,
    #[serde(default)]
    phases: Phases,
    #[serde(default)]
    pub artifacts: Option<Artifacts>,
    #[serde(default)]
    pub cache: Cache,
    /// Reports are uploaded by CodeBuild; here they stay in the work folder.
    #[serde(default, rename = "reports")]
    _reports: Option<IndexMap<String, serde_json::Value>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    #[serde(default)]
    pub shell: Option<String>,
    #[serde(default)]
    pub variables: IndexMap<String, String>,
    #[serde(default, rename = "exported-variables")]
    pub exported_variables: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Phases {
    install: Option<Phase>,
    pre_build: Option<Phase>,
    build: Option<Phase>,
    post_build: Option<Phase>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Chosen by the image on AWS; the machine's own versions are used here.
    #[serde(default, rename = "runtime-versions")]
    _runtime_versions: Option<IndexMap<String, serde_json::Value>>,
    #[serde(default)]
    pub commands: Vec<String>,
    #[serde(default)]
    pub finally: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Artifacts {
    #[serde(default)]
    pub files: Vec<String>,
    #[serde(default, rename = "base-directory")]
    pub base_directory: Option<String>,
    #[serde(default, rename = "secondary-artifacts")]
    pub secondary: IndexMap<String, Artifacts>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    #[serde(default)]
    pub paths: Vec<String>,
}

impl Buildspec {
    pub fn parse(text: &str) -> Result<Self, BuildspecError> {
        let spec: Self =
            serde_saphyr::from_str(text).map_err(|error| BuildspecError::Syntax(error.to_string()))?;
        if (spec.version - 0.2).abs() > f64::EPSILON {
            return Err(BuildspecError::Version(spec.version.to_string()));
        }
        if PhaseName::ALL.iter().all(|name| spec.phase(*name).is_none_or(|phase| phase.commands.is_empty())) {
            return Err(BuildspecError::Empty);
        }
        Ok(spec)
    }

    pub fn phase(&self, name: PhaseName) -> Option<&Phase> {
        match name {
            PhaseName::Install => self.phases.install.as_ref(),
            PhaseName::PreBuild => self.phases.pre_build.as_ref(),
            PhaseName::Build => self.phases.build.as_ref(),
            PhaseName::PostBuild => self.phases.post_build.as_ref(),
        }
    }

    /// Every command, in the order in which they run.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        PhaseName::ALL
            .into_iter()
            .filter_map(|name| self.phase(name))
            .flat_map(|phase| phase.commands.iter().chain(&phase.finally))
            .map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_we_use() {
        let spec = Buildspec::parse(
            "version: 0.2\nenv:\n  exported-variables: [DIGEST]\nphases:\n  build:\n    commands:\n      - make\n    finally: [ls]\n\
             artifacts:\n  base-directory: out\n  files: ['**/*']\n",
        )
        .unwrap();
        assert_eq!(spec.commands().collect::<Vec<_>>(), ["make", "ls"]);
        assert_eq!(spec.artifacts.unwrap().base_directory.as_deref(), Some("out"));
    }

    #[test]
    fn refuses_what_codebuild_would() {
        assert!(matches!(
            Buildspec::parse("version: 0.1\nphases: {build: {commands: [x]}}"),
            Err(BuildspecError::Version(_))
        ));
        assert!(matches!(Buildspec::parse("version: 0.2\n"), Err(BuildspecError::Empty)));
        assert!(matches!(Buildspec::parse("version: 0.2\nphase: {}"), Err(BuildspecError::Syntax(_))));
    }
}

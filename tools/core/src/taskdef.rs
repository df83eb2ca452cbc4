//! What `render-taskdef` writes and what it refuses: task definition and AppSpec for CodeDeploy's blue/green on ECS.
//!
//! Every value keeps the place in the file that a person wrote, through merging and substitution, so that a finding points
//! there. This module must not read files, the environment or AWS: `render-taskdef` gathers, this module decides.

pub mod appspec;
pub mod compare;
pub mod document;
pub mod excerpt;
pub mod finding;
pub mod image;
pub mod json;
pub mod model;
pub mod node;
pub mod normalise;
pub mod online;
pub mod overlay;
pub mod pin;
pub mod provenance;
pub mod rules;
pub mod sizes;
pub mod template;
pub mod validate;
pub mod yaml;

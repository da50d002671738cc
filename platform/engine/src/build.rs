//! Building an image from a folder.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use bollard::query_parameters::BuildImageOptionsBuilder;
use futures_util::StreamExt;

use crate::{Archive, Engine, Error};

/// Lines of a failed build that are shown.
const TAIL: usize = 40;

/// What to build.
#[derive(Clone, Debug)]
pub struct BuildRequest {
    /// The folder that is the build context; its `.dockerignore` is honoured.
    pub context: PathBuf,
    /// The Dockerfile in it.
    pub dockerfile: String,
    /// The stage of it that is the image, if not the last.
    pub target: Option<String>,
    /// The tag.
    pub tag: String,
    /// Build arguments.
    pub arguments: BTreeMap<String, String>,
    /// Labels beside those of the Dockerfile.
    pub labels: BTreeMap<String, String>,
}

impl Engine {
    /// Builds an image, handing each line of output to `progress`, and gives back its id: the tag may name another
    /// image as soon as somebody else builds one under it.
    ///
    /// # Errors
    /// The context cannot be read, the build fails: then the message ends with what it printed last; or the engine does
    /// not tell the id.
    pub async fn build(&self, request: &BuildRequest, progress: impl Fn(&str)) -> Result<String, Error> {
        let context = Archive::owned_by(0).context(&request.context, &request.dockerfile)?.finish()?;
        let arguments: HashMap<&str, &str> =
            request.arguments.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let built_here = self.owner.built_label();
        let mut labels: HashMap<&str, &str> =
            request.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        labels.insert(&built_here, "true");
        let options = BuildImageOptionsBuilder::default()
            .dockerfile(&request.dockerfile)
            .target(request.target.as_deref().unwrap_or_default())
            .t(&request.tag)
            .rm(true)
            .forcerm(true)
            .buildargs(&arguments)
            .labels(&labels)
            .build();
        let body = bollard::body_full(context.into());
        let failed = |reason: String, printed: &[String]| Error::Build {
            tag: request.tag.clone(),
            context: request.context.display().to_string(),
            reason,
            printed: printed[printed.len().saturating_sub(TAIL)..].join("\n  "),
        };
        let mut output = self.docker.build_image(options, None, Some(body));
        let mut printed: Vec<String> = Vec::new();
        let mut built = None;
        while let Some(message) = output.next().await {
            let failure = match message {
                Ok(message) => {
                    built = message.aux.and_then(|aux| aux.id).or(built);
                    let text = message.stream.or(message.status).unwrap_or_default();
                    for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
                        progress(line);
                        printed.push(line.to_string());
                    }
                    message.error_detail.and_then(|detail| detail.message)
                }
                Err(error) => Some(error.to_string()),
            };
            if let Some(failure) = failure {
                return Err(failed(failure, &printed));
            }
        }
        built.ok_or_else(|| failed("the engine did not tell the id of what it built".into(), &printed))
    }
}

//! Images: what is in the engine, and what an image says of itself.

use std::collections::{BTreeMap, HashMap};

use bollard::query_parameters::{ListImagesOptionsBuilder, RemoveImageOptionsBuilder};

use crate::{Engine, Error};

/// What an image says of itself.
#[derive(Clone, Debug, Default)]
pub struct Image {
    /// Its id.
    pub id: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its size in bytes, shared layers included.
    pub size: u64,
    /// `USER`.
    pub user: String,
    /// `CMD`.
    pub command: Vec<String>,
    /// `ENTRYPOINT`.
    pub entrypoint: Vec<String>,
    /// `ENV`, as `NAME=value`.
    pub environment: Vec<String>,
    /// `LABEL`.
    pub labels: BTreeMap<String, String>,
    /// The instruction that made each layer, oldest last.
    pub history: Vec<String>,
}

impl Engine {
    /// The image of that name, or `None` if the engine has none.
    pub async fn image(&self, name: &str) -> Result<Option<Image>, Error> {
        use bollard::errors::Error::DockerResponseServerError;
        let inspected = match self.docker.inspect_image(name).await {
            Ok(inspected) => inspected,
            Err(DockerResponseServerError { status_code: 404, .. }) => return Ok(None),
            Err(error) => return Err(Error::refused(format!("inspect image {name}"), error)),
        };
        let config = inspected.config.unwrap_or_default();
        let history = self.docker.image_history(name).await;
        let history =
            history.map_err(|error| Error::refused(format!("read the history of {name}"), error))?;
        Ok(Some(Image {
            id: inspected.id.unwrap_or_default(),
            tags: inspected.repo_tags.unwrap_or_default(),
            size: inspected.size.unwrap_or_default().unsigned_abs(),
            user: config.user.unwrap_or_default(),
            command: config.cmd.unwrap_or_default(),
            entrypoint: config.entrypoint.unwrap_or_default(),
            environment: config.env.unwrap_or_default(),
            labels: config.labels.unwrap_or_default().into_iter().collect(),
            history: history.into_iter().map(|layer| layer.created_by).collect(),
        }))
    }

    /// The tags that a repository has in the engine, `24` and `26` of `open-runtimes/node`, each with the labels of its
    /// image.
    pub async fn tags(&self, repository: &str) -> Result<Vec<(String, HashMap<String, String>)>, Error> {
        let named = HashMap::from([("reference".to_string(), vec![repository.to_string()])]);
        let options = ListImagesOptionsBuilder::default().filters(&named).build();
        let images = self.docker.list_images(Some(options)).await;
        let images =
            images.map_err(|error| Error::refused(format!("list the images of {repository}"), error))?;
        let mut tags = Vec::new();
        for image in images {
            for name in &image.repo_tags {
                if let Some((found, tag)) = name.rsplit_once(':')
                    && (found == repository || found.ends_with(&format!("/{repository}")))
                {
                    tags.push((tag.to_string(), image.labels.clone()));
                }
            }
        }
        Ok(tags)
    }

    /// The images that this program built on this engine: tags and size in bytes.
    pub async fn built_images(&self) -> Result<Vec<(String, u64)>, Error> {
        let ours = HashMap::from([("label".to_string(), vec![format!("{}=true", self.owner.built_label())])]);
        let options = ListImagesOptionsBuilder::default().filters(&ours).build();
        let images = self.docker.list_images(Some(options)).await;
        let images = images.map_err(|error| Error::refused("list images", error))?;
        Ok(images
            .into_iter()
            .flat_map(|image| {
                let names = if image.repo_tags.is_empty() { vec![image.id] } else { image.repo_tags };
                let size = image.size.unsigned_abs();
                names.into_iter().map(move |name| (name, size))
            })
            .collect())
    }

    /// Removes an image.
    ///
    /// # Errors
    /// It is in use, or the engine does not answer.
    pub async fn remove_image(&self, name: &str) -> Result<(), Error> {
        let options = RemoveImageOptionsBuilder::default().force(true).build();
        let removed = self.docker.remove_image(name, Some(options), None).await;
        removed.map(|_| ()).map_err(|error| Error::refused(format!("remove image {name}"), error))
    }
}

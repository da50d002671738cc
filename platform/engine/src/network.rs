//! Networks of containers.

use std::collections::HashMap;

use bollard::models::NetworkCreateRequest;

use crate::{Engine, Error};

impl Engine {
    /// Makes a network in which containers do not reach each other, and returns its name. It goes with its owner's
    /// other things.
    ///
    /// # Errors
    /// The engine refuses: it has no address range left, say.
    pub async fn create_network(&self, name: &str) -> Result<String, Error> {
        let apart = [("com.docker.network.bridge.enable_icc".to_string(), "false".to_string())];
        let request = NetworkCreateRequest {
            name: name.into(),
            driver: Some("bridge".into()),
            options: Some(HashMap::from(apart)),
            labels: Some(self.owner.labels()),
            ..Default::default()
        };
        let made = self.docker.create_network(request).await;
        made.map_err(|error| Error::refused(format!("make the network {name}"), error))?;
        Ok(name.into())
    }
}

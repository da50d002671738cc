//! A local or remote engine as a place for instances.

use std::path::Path;
use std::sync::Arc;

use engine::{Archive, Container, ContainerSpec, Engine, Folder, Network};

use super::instance::{Address, Running};
#[cfg(target_os = "linux")]
use super::trees::Trees;
use crate::{Adapter, Answer, Capabilities, Error, Instance, Package, Spec};

/// What an instance may write to `/tmp`, in MiB; it counts as its memory.
const TEMPORARY_MIB: u32 = 64;
/// The numeric user of the images, who owns what is put into a container of theirs.
const USER: u64 = 65532;

/// Containers of an engine, in a network in which they do not reach each other.
#[derive(Debug)]
pub struct Docker {
    engine: Engine,
    network: String,
    /// How code gets in: by folders of this machine that are mounted, if the engine sees them.
    #[cfg(target_os = "linux")]
    trees: Option<Arc<Trees>>,
}

impl Docker {
    /// Containers of that engine, in a network of that name, which is made. `folder` is an empty folder for the code of
    /// instances. If the engine shares it with this machine, packages can be delivered to running instances; else each
    /// instance gets its package before its start.
    ///
    /// # Errors
    /// The network cannot be made, or the folder not be written.
    pub async fn new(engine: Engine, network: &str, folder: &Path) -> Result<Self, Error> {
        let network = engine.create_network(network).await?;
        #[cfg(target_os = "linux")]
        let trees = Some(Arc::new(Trees::new(folder)?)).filter(|_| engine.is_local());
        #[cfg(not(target_os = "linux"))]
        let _ = folder;
        Ok(Docker {
            engine,
            network,
            #[cfg(target_os = "linux")]
            trees,
        })
    }

    /// Finds out whether the engine sees this machine's folders, with a container of that image which never starts: it
    /// may run in a virtual machine, though its socket is here. If it does not, instances get packages before their
    /// start from now on.
    ///
    /// # Errors
    /// The engine refuses such a container for another reason.
    #[cfg(target_os = "linux")]
    pub async fn look_for_folders(&mut self, image: &str) -> Result<(), Error> {
        let Some(trees) = &self.trees else { return Ok(()) };
        let folder = trees.new_folder()?;
        let nonce = format!("{:032x}", rand::random::<u128>());
        let written = std::fs::write(folder.join(&nonce), "");
        written.map_err(|error| Error::io(format!("write into {}", folder.display()), error))?;
        let spec = ContainerSpec { folders: vec![mount(&folder)], ..ContainerSpec::of(image) };
        let seen = async {
            let container = self.engine.create(&spec).await?;
            let seen = container.download(&format!("{}/{nonce}", protocol::CODE)).await;
            container.remove().await?;
            Ok::<bool, engine::Error>(seen?.is_some())
        };
        let seen = seen.await.unwrap_or(false);
        trees.remove_folder(&folder);
        if !seen {
            self.trees = None;
        }
        Ok(())
    }

    /// As a serving container of a runtime is, with a bounded log, and out of reach of its siblings.
    fn serving(&self, spec: &Spec) -> ContainerSpec {
        ContainerSpec {
            environment: vec![(protocol::KEY.into(), spec.key.clone())],
            // Without a route from this machine to the network, a port of it has to do.
            network: if self.reaches_containers() {
                Network::Named(self.network.clone())
            } else {
                Network::Published(protocol::PORT)
            },
            bounded_log: true,
            ..ContainerSpec::serving(&spec.image, protocol::limit::PIDS, spec.memory)
        }
    }

    fn reaches_containers(&self) -> bool {
        // An engine without root has a network of its own, of which this machine knows nothing.
        #[cfg(target_os = "linux")]
        return self.trees.is_some() && !self.engine.is_rootless();
        #[cfg(not(target_os = "linux"))]
        return false;
    }

    /// With its code in a folder of this machine, which its container may only read.
    #[cfg(target_os = "linux")]
    async fn start_over_folder(
        &self,
        trees: &Arc<Trees>,
        spec: &Spec,
        package: Option<&Package>,
    ) -> Result<Arc<dyn Instance>, Error> {
        let folder = trees.new_folder()?;
        let made = async {
            if let Some(package) = package {
                trees.put(package, &folder).await?;
            }
            let spec = ContainerSpec {
                folders: vec![mount(&folder)],
                volumes: Vec::new(),
                memory_folders: vec![("/tmp".into(), format!("exec,mode=1777,size={TEMPORARY_MIB}m"))],
                ..self.serving(spec)
            };
            self.started(spec, None).await
        };
        match made.await {
            Ok((container, address)) => {
                let code = Some((trees.clone(), folder));
                Ok(Arc::new(Running::new(container, address, code)))
            }
            Err(error) => {
                trees.remove_folder(&folder);
                Err(error)
            }
        }
    }

    /// With its package put in before the start, which its `launch.sh` unpacks.
    async fn start_over_package(
        &self,
        spec: &Spec,
        package: Option<&Package>,
    ) -> Result<Arc<dyn Instance>, Error> {
        let archive = match package {
            Some(package) => {
                let read = tokio::fs::read(&package.file).await;
                let bytes =
                    read.map_err(|error| Error::io(format!("read {}", package.file.display()), error))?;
                Some(Archive::owned_by(USER).file(protocol::PACKAGE_NAME, &bytes, false)?.finish()?)
            }
            None => None,
        };
        let (container, address) = self.started(self.serving(spec), archive).await?;
        Ok(Arc::new(Running::new(
            container,
            address,
            #[cfg(target_os = "linux")]
            None,
        )))
    }

    /// A container that runs, and where it is reached; none is left if it cannot be.
    async fn started(
        &self,
        spec: ContainerSpec,
        tmp: Option<Vec<u8>>,
    ) -> Result<(Container, Address), Error> {
        let container = self.engine.create(&spec).await?;
        let started = async {
            if let Some(archive) = tmp {
                container.upload("/tmp", archive).await?;
            }
            container.start().await?;
            let port = protocol::PORT;
            Ok(match spec.network {
                Network::Named(network) => (container.ip(&network).await?, port).into(),
                _ => container.address(port).await?,
            })
        };
        match started.await {
            Ok(address) => Ok((container, address)),
            Err(error) => {
                let _ = container.remove().await;
                Err(error)
            }
        }
    }
}

impl Adapter for Docker {
    fn capabilities(&self) -> Capabilities {
        #[cfg(target_os = "linux")]
        return Capabilities { delivers: self.trees.is_some() };
        #[cfg(not(target_os = "linux"))]
        return Capabilities { delivers: false };
    }

    fn start<'a>(&'a self, spec: &'a Spec, package: Option<&'a Package>) -> Answer<'a, Arc<dyn Instance>> {
        Box::pin(async move {
            #[cfg(target_os = "linux")]
            if let Some(trees) = &self.trees {
                return self.start_over_folder(trees, spec, package).await;
            }
            self.start_over_package(spec, package).await
        })
    }

    fn forget(&self, digest: &str) {
        #[cfg(target_os = "linux")]
        if let Some(trees) = &self.trees {
            trees.forget(digest);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = digest;
    }
}

#[cfg(target_os = "linux")]
fn mount(folder: &Path) -> Folder {
    Folder { source: folder.display().to_string(), target: protocol::CODE.into(), read_only: true }
}

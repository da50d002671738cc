//! A container as an instance.

use std::net::SocketAddr;
#[cfg(target_os = "linux")]
use std::{path::PathBuf, sync::Arc};

use engine::Container;
use tokio::net::TcpStream;

#[cfg(target_os = "linux")]
use super::trees::Trees;
use crate::{Answer, Bytes, Ended, Error, Instance, Line, Lines, Package};

/// Where a container's server is reached.
pub(super) type Address = SocketAddr;

/// A container that was started.
#[derive(Debug)]
pub(super) struct Running {
    container: Container,
    address: Address,
    #[cfg(target_os = "linux")]
    code: Option<(Arc<Trees>, PathBuf)>,
}

impl Running {
    pub(super) fn new(
        container: Container,
        address: Address,
        #[cfg(target_os = "linux")] code: Option<(Arc<Trees>, PathBuf)>,
    ) -> Self {
        Running {
            container,
            address,
            #[cfg(target_os = "linux")]
            code,
        }
    }
}

impl Instance for Running {
    fn id(&self) -> &str {
        self.container.name()
    }

    fn dial(&self) -> Answer<'_, Box<dyn Bytes>> {
        Box::pin(async {
            let doing = || format!("connect to instance {}", self.id());
            let stream = TcpStream::connect(self.address).await.map_err(|error| Error::io(doing(), error))?;
            // A request is one write, and it must not wait for what comes after it.
            stream.set_nodelay(true).map_err(|error| Error::io(doing(), error))?;
            Ok(Box::new(stream) as Box<dyn Bytes>)
        })
    }

    fn deliver<'a>(&'a self, package: &'a Package) -> Answer<'a> {
        Box::pin(async move {
            #[cfg(target_os = "linux")]
            if let Some((trees, folder)) = &self.code {
                return trees.put(package, folder).await;
            }
            let _ = package;
            Err(Error::CannotDeliver)
        })
    }

    fn ended(&self) -> Answer<'_, Option<Ended>> {
        Box::pin(async {
            let exit = self.container.ended().await?;
            Ok(exit.map(|exit| Ended { code: exit.code, out_of_memory: exit.out_of_memory }))
        })
    }

    fn lines(&self) -> Box<dyn Lines> {
        Box::new(Followed(self.container.lines()))
    }

    fn stop(&self) -> Answer<'_> {
        Box::pin(async {
            self.container.remove().await?;
            #[cfg(target_os = "linux")]
            if let Some((trees, folder)) = &self.code {
                trees.remove_folder(folder);
            }
            Ok(())
        })
    }
}

struct Followed(engine::Lines);

impl Lines for Followed {
    fn next(&mut self) -> Answer<'_, Option<Line>> {
        Box::pin(async {
            let printed = self.0.next().await?;
            Ok(printed.map(|printed| Line { is_error: printed.is_error, text: printed.text }))
        })
    }
}

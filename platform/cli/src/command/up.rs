//! `up`: the platform.

use std::net::SocketAddr;

use clap::Args;

use super::Common;
use crate::exit::Exit;
use crate::server;

/// Run the platform on this machine, until it is interrupted.
#[derive(Debug, Args)]
pub(super) struct Up {
    /// Where functions are called.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    functions: SocketAddr,
    /// Where the control API is, which every other command uses.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    control: SocketAddr,
    /// Allow addresses that other machines reach. Calls of functions need no token.
    #[arg(long)]
    public: bool,
    /// Another name of this machine that the control API answers to.
    #[arg(long = "host", value_name = "NAME")]
    hosts: Vec<String>,
    /// Instances that wait for a function, for each image and size.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    warm: usize,
    /// Memory for all instances, in MiB; three quarters of the machine's otherwise.
    #[arg(long, value_name = "MIB")]
    memory: Option<u64>,
}

impl Up {
    pub(super) async fn run(self, common: &Common) -> Result<(), Exit> {
        let Up { functions, control, public, hosts, warm, memory } = self;
        let data = common.data();
        server::run(server::Options { data, functions, control, hosts, public, warm, memory }).await
    }
}

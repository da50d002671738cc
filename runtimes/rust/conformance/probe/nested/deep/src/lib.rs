//! A member of the workspace, further down: a handler that may return an error.

use std::convert::Infallible;

use open_runtimes::{Request, Response};
use steps::Probe;

static PROBE: Probe = Probe::new("nested/deep/src/lib.rs");

async fn handler(req: Request, res: Response) -> Result<(), Infallible> {
    PROBE.act(req, res).await;
    Ok(())
}

open_runtimes::handler!(handler);

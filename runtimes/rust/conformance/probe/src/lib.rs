//! The entrypoint: an asynchronous handler.

use open_runtimes::{Request, Response};
use steps::Probe;

static PROBE: Probe = Probe::new("src/lib.rs");

async fn handler(req: Request, res: Response) {
    PROBE.act(req, res).await;
}

open_runtimes::handler!(handler);

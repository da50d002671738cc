//! The entrypoint: an asynchronous handler.

use actions::Probe;
use open_runtimes::{Request, Response};

static PROBE: Probe = Probe::new("src/lib.rs");

async fn handler(req: Request, res: Response) {
    PROBE.act(req, res).await;
}

open_runtimes::handler!(handler);

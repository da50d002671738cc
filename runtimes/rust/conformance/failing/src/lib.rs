//! It would compile, were it not for a dependency that is not there.

use open_runtimes::{Request, Response};

async fn handler(_: Request, res: Response) {
    res.send("never");
}

open_runtimes::handler!(handler);

//! The parenthesis is missing on purpose.

use open_runtimes::{Request, Response};

async fn handler(_: Request, res: Response) {
    res.send("never";
}

open_runtimes::handler!(handler);

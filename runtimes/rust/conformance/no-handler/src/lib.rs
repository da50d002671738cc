//! A handler that nothing exports.

use open_runtimes::{Request, Response};

pub async fn handler(_: Request, res: Response) {
    res.send("never");
}

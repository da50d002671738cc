//! A plain handler: it has a thread to itself.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use open_runtimes::{Request, Response, json};

static LOAD: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(()));
static COUNT: AtomicU64 = AtomicU64::new(0);

fn handler(req: Request, res: Response) {
    let count = COUNT.fetch_add(1, Ordering::Relaxed) + 1;
    let Request { payload, env, headers } = req;
    let load = LOAD.to_string();
    res.json(json!({
        "file": "src/lib.rs", "load": load, "count": count,
        "payload": payload, "env": env, "headers": headers,
    }));
}

open_runtimes::handler!(handler);

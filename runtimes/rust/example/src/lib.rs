//! Greets the person that the payload names.

use open_runtimes::{Request, Response, json};

async fn handler(req: Request, res: Response) {
    let name = req.payload["name"].as_str().unwrap_or("world");
    res.json(json!({ "message": format!("Hello, {name}!") }));
}

open_runtimes::handler!(handler);

#[cfg(test)]
mod tests {
    use super::*;
    use open_runtimes::invoke;

    #[test]
    fn greets_by_name() {
        let answer = invoke(handler, Request::new(json!({ "name": "Ada" }))).answer();
        assert_eq!(answer.json(), json!({ "message": "Hello, Ada!" }));
    }

    #[test]
    fn greets_the_world_without_one() {
        assert_eq!(invoke(handler, Request::default()).answer().json()["message"], "Hello, world!");
    }
}

//! How a call ends, by `invoke`, as the tests of a function see it.

use open_runtimes::{Outcome, Request, Response, invoke, json};

#[test]
fn the_first_outcome_counts() {
    fn handler(_: Request, res: Response) -> Result<(), String> {
        res.send("first");
        res.send("second");
        Err("third".into())
    }
    assert_eq!(invoke(handler, Request::default()).answer().text(), "first");
}

#[test]
fn an_asynchronous_handler_may_fail() {
    async fn handler(_: Request, _: Response) -> Result<(), std::io::Error> {
        Err(std::io::Error::other("on purpose"))
    }
    let Outcome::Failed(failure) = invoke(handler, Request::default()) else { panic!("it failed") };
    assert_eq!(failure.message, "on purpose");
}

#[test]
fn nothing_and_what_cannot_be_encoded_are_no_answers() {
    assert_eq!(invoke(|_: Request, _: Response| {}, Request::default()), Outcome::Silent);
    let unencodable = std::collections::BTreeMap::from([((1, 2), 3)]);
    let outcome = invoke(move |_: Request, res: Response| res.json(&unencodable), Request::default());
    assert_eq!(outcome, Outcome::Invalid);
}

#[test]
fn statuses_without_a_body_have_none() {
    for status in [204, 205, 304] {
        let answer =
            invoke(move |_: Request, res: Response| res.status(status).send("x"), Request::default())
                .answer();
        assert!(answer.body.is_empty() && answer.headers.is_empty(), "{answer:?}");
    }
}

#[test]
fn headers_are_found_in_any_case() {
    let request =
        Request { headers: [("X-One".to_string(), "1".to_string())].into(), ..Request::new(json!(1)) };
    assert_eq!((request.header("x-ONE"), request.header("X-Two")), (Some("1"), None));
}

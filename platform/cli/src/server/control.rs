//! The control port: `/v1/…`.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use executor::{Problem, Refusal};
use function::{Deployment, Error, Name, State};
use http_body_util::channel::{Channel, Sender};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::deploying::deploy;
use super::guard::{Guard, challenge};
use super::platform::{Platform, build_id};
use crate::api::{Changes, FunctionRow, Rollback};

/// The largest body of JSON, in bytes.
const LARGEST: usize = 1024 * 1024;
/// How long the sender of a source may stay silent.
const SILENCE: Duration = Duration::from_secs(30);

type Reply = Response<BoxBody<Bytes, Infallible>>;
type Answer = Result<Reply, Problem>;

/// What answers on the control port.
#[derive(Debug)]
pub(super) struct Control {
    platform: Arc<Platform>,
    guard: Guard,
}

impl Control {
    pub(super) fn new(platform: Arc<Platform>, guard: Guard) -> Self {
        Control { platform, guard }
    }

    /// Answers a request.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Reply {
        let (parts, body) = request.into_parts();
        let answered = match self.guard.check(&parts) {
            Ok(()) => self.route(&parts, body).await,
            Err(problem) => Err(problem),
        };
        answered.unwrap_or_else(|problem| {
            let mut response = problem.response().map(BodyExt::boxed);
            if response.status() == StatusCode::UNAUTHORIZED {
                let (name, value) = challenge();
                response.headers_mut().insert(name, value);
            }
            response
        })
    }

    async fn route(&self, parts: &Parts, body: Incoming) -> Answer {
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        let words: Vec<&str> = path.split('/').skip(1).collect();
        let name = |text: &str| {
            text.parse::<Name>().map_err(|why| Problem::new(StatusCode::BAD_REQUEST, "bad-name", why))
        };
        match (&parts.method, &words[..]) {
            (&Method::GET, ["healthz"]) => {
                Ok(reply("text/plain; charset=utf-8", Bytes::from_static(b"ok\n")))
            }
            (&Method::GET, ["v1", "functions"]) => self.functions(),
            (&Method::DELETE, ["v1", "functions", function]) => self.remove(&name(function)?).await,
            (&Method::GET, ["v1", "functions", function, "deployments"]) => {
                self.deployments(&name(function)?)
            }
            (&Method::POST, ["v1", "functions", function, "deployments"]) => {
                let deployment = deploy(&self.platform, &name(function)?, read(body).await?).await?;
                let mut reply = json(&deployment)?;
                *reply.status_mut() = StatusCode::ACCEPTED;
                Ok(reply)
            }
            (&Method::GET, ["v1", "functions", function, "deployments", number]) => {
                let (function, number) = (name(function)?, number.parse().unwrap_or(0));
                let found = self.platform.store.deployment(&function, number).map_err(failed)?;
                json(&found.ok_or_else(|| nothing(&function, &format!("deployment {number}")))?)
            }
            (&Method::POST, ["v1", "functions", function, "rollback"]) => {
                self.roll_back(&name(function)?, read(body).await?).await
            }
            (&Method::GET, ["v1", "functions", function, "environment"]) => {
                self.environment(&name(function)?)
            }
            (&Method::PATCH, ["v1", "functions", function, "environment"]) => {
                self.change_environment(&name(function)?, read(body).await?).await
            }
            (&Method::GET, ["v1", "functions", function, "logs"]) => self.log(&name(function)?, query),
            (&Method::GET, ["v1", "builds", build, "log"]) => self.build_log(build),
            (&Method::GET, ["v1", "instances"]) => json(&self.platform.executor.instances()),
            (&Method::GET, ["v1", "sources", digest]) => self.source(digest),
            (&Method::PUT, ["v1", "sources", digest]) => self.take_source(digest, body).await,
            (_, ["function", ..]) => {
                let detail = format!("functions are called on a port of their own: {}", self.platform.url);
                Err(Problem::new(StatusCode::NOT_FOUND, "no-such-path", detail))
            }
            _ => Err(Problem::new(
                StatusCode::NOT_FOUND,
                "no-such-path",
                "there is nothing of that method and path",
            )),
        }
    }

    fn functions(&self) -> Answer {
        let active = self.platform.store.active().map_err(failed)?;
        let functions = self.platform.store.functions().map_err(failed)?;
        let row = |(name, _): (Name, Option<u32>)| FunctionRow {
            url: self.platform.url_of(&name),
            active: active.iter().find(|deployment| deployment.function == name).cloned(),
            name,
        };
        json(&functions.into_iter().map(row).collect::<Vec<_>>())
    }

    /// The deployments of a function that there is.
    fn known(&self, function: &Name) -> Result<Vec<Deployment>, Problem> {
        let deployments = self.platform.store.deployments(function).map_err(failed)?;
        if deployments.is_empty() {
            Err(Refusal::NoFunction(function.to_string()).problem())
        } else {
            Ok(deployments)
        }
    }

    fn deployments(&self, function: &Name) -> Answer {
        json(&self.known(function)?)
    }

    async fn remove(&self, function: &Name) -> Answer {
        let _deciding = self.platform.deciding.lock().await;
        let deployments = self.known(function)?;
        self.platform.store.remove(function).map_err(failed)?;
        self.platform.executor.remove(function).await;
        self.platform.sweep(&deployments).map_err(failed)?;
        json(&BTreeMap::from([("removed", function.as_str())]))
    }

    async fn roll_back(&self, function: &Name, wanted: Rollback) -> Answer {
        let _deciding = self.platform.deciding.lock().await;
        let deployments = self.known(function)?;
        let active = deployments.iter().find(|deployment| deployment.active);
        let is_meant = |deployment: &&Deployment| match wanted.to {
            Some(number) => deployment.number == number,
            // The newest before the one that answers which has answered itself.
            None => active.is_some_and(|active| deployment.number < active.number),
        };
        let is_ready = |deployment: &&Deployment| deployment.state == State::Ready;
        let to = deployments.iter().filter(is_meant).find(is_ready);
        let detail = || match wanted.to {
            Some(number) => format!(
                "deployment {number} of {function} never answered; `open-runtimes deployments {function}` shows those that did"
            ),
            None => format!("{function} has no earlier deployment that answered"),
        };
        let to = to.ok_or_else(|| Problem::new(StatusCode::CONFLICT, "no-rollback", detail()))?;
        let prepared = self.platform.executor.prepare(&self.platform.active(to).map_err(failed)?).await;
        let prepared = prepared.map_err(|refusal| refusal.problem())?;
        if let Err(error) = self.platform.store.roll_back(function, to.number) {
            prepared.discard().await;
            return Err(failed(error));
        }
        let environment = self.platform.store.environment(function).map_err(failed)?;
        self.platform.executor.put(prepared, &environment);
        json(&Deployment { active: true, ..to.clone() })
    }

    /// The names alone: values go in, and never come out.
    fn environment(&self, function: &Name) -> Answer {
        self.known(function)?;
        let environment = self.platform.store.environment(function).map_err(failed)?;
        json(&environment.keys().collect::<Vec<_>>())
    }

    async fn change_environment(&self, function: &Name, changes: Changes) -> Answer {
        let _deciding = self.platform.deciding.lock().await;
        self.known(function)?;
        if let Some(name) = changes.keys().find(|name| name.is_empty() || name.contains(['=', '\0'])) {
            let detail = format!("{name:?} cannot be the name of a variable");
            return Err(Problem::new(StatusCode::BAD_REQUEST, "bad-variable", detail));
        }
        self.platform.store.change_environment(function, &changes).map_err(failed)?;
        let environment = self.platform.store.environment(function).map_err(failed)?;
        self.platform.executor.set_environment(function, &environment);
        json(&environment.keys().collect::<Vec<_>>())
    }

    /// The function's log as lines of JSON; with `follow`, until the client has enough.
    fn log(&self, function: &Name, query: &str) -> Answer {
        self.known(function)?;
        let log = self.platform.executor.log(function);
        let log = log.ok_or_else(|| nothing(function, "deployment that answers, and so no log"))?;
        let follow = query.split('&').any(|word| word == "follow");
        let after = query.split('&').find_map(|word| word.strip_prefix("after=")?.parse().ok()).unwrap_or(0);
        Ok(growing("application/x-ndjson", async move |mut sender: Sender<Bytes>| {
            let (mut after, mut newest) = (after, log.watch());
            loop {
                newest.mark_unchanged();
                let (entries, dropped) = log.after(after);
                if dropped > 0 {
                    sender.send_data(line(&BTreeMap::from([("dropped", dropped)]))).await.ok()?;
                }
                for entry in entries {
                    after = entry.number;
                    sender.send_data(line(&entry)).await.ok()?;
                }
                if !follow {
                    return Some(());
                }
                newest.changed().await.ok()?;
            }
        }))
    }

    /// The log of a build, until the build has ended.
    fn build_log(&self, build: &str) -> Answer {
        let is_build = build.rsplit_once('.').is_some_and(|(function, number)| {
            function.parse::<Name>().is_ok_and(|function| {
                number.parse().is_ok_and(|number: u32| build_id(&function, number) == build)
            })
        });
        let none = || Problem::new(StatusCode::NOT_FOUND, "no-build", "there is no such build");
        let mut log =
            is_build.then(|| self.platform.logs.read(build)).ok_or_else(none)?.map_err(|_| none())?;
        Ok(growing("text/plain; charset=utf-8", async move |mut sender: Sender<Bytes>| {
            while let Some(piece) = log.next().await {
                sender.send_data(Bytes::from(piece)).await.ok()?;
            }
            Some(())
        }))
    }

    fn source(&self, digest: &str) -> Answer {
        match self.platform.sources.find(digest).map_err(refused)? {
            Some(_) => json(&BTreeMap::from([("source", digest)])),
            None => {
                Err(Problem::new(StatusCode::NOT_FOUND, "no-source", "no source of that SHA-256 is here"))
            }
        }
    }

    /// Takes a source in. Nothing is kept of one that is too large or not what was announced.
    async fn take_source(&self, digest: &str, mut body: Incoming) -> Answer {
        self.platform.sources.find(digest).map_err(refused)?;
        let most = self.platform.sources.most();
        if hyper::body::Body::size_hint(&body).lower() > most {
            return Err(refused(Error::TooLarge(most)));
        }
        let mut incoming = self.platform.sources.incoming().map_err(refused)?;
        let ended = |why: String| Problem::new(StatusCode::REQUEST_TIMEOUT, "body-timeout", why);
        loop {
            let frame = timeout(SILENCE, body.frame()).await;
            let frame = frame.map_err(|_| ended(format!("nothing came for {} s", SILENCE.as_secs())))?;
            let Some(frame) = frame else { break };
            if let Some(data) = frame.map_err(|error| ended(error.to_string()))?.data_ref() {
                incoming.add(data).map_err(refused)?;
            }
        }
        incoming.finish(Some(digest)).map_err(refused)?;
        let mut reply = json(&BTreeMap::from([("source", digest)]))?;
        *reply.status_mut() = StatusCode::CREATED;
        Ok(reply)
    }
}

fn failed(error: impl std::fmt::Display) -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "platform", error.to_string())
}

fn refused(error: Error) -> Problem {
    let (status, kind) = match &error {
        Error::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
        Error::OtherContent { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "other-content"),
        Error::NoDigest(_) => (StatusCode::BAD_REQUEST, "bad-digest"),
        _ => return failed(error),
    };
    Problem::new(status, kind, error.to_string())
}

fn nothing(function: &Name, what: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "nothing", format!("{function} has no {what}"))
}

fn reply(kind: &'static str, body: Bytes) -> Reply {
    let mut response = Response::new(Full::new(body).boxed());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn json(value: &impl Serialize) -> Answer {
    Ok(reply("application/json", Bytes::from(serde_json::to_vec(value).map_err(failed)?)))
}

fn line(value: &impl Serialize) -> Bytes {
    let mut text = serde_json::to_vec(value).unwrap_or_default();
    text.push(b'\n');
    Bytes::from(text)
}

/// An answer that is written while it grows, for as long as the client reads.
fn growing<F>(kind: &'static str, write: impl FnOnce(Sender<Bytes>) -> F) -> Reply
where
    F: Future<Output = Option<()>> + Send + 'static,
{
    let (sender, body) = Channel::<Bytes>::new(16);
    tokio::spawn(write(sender));
    let mut response = Response::new(body.boxed());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

async fn read<T: DeserializeOwned>(body: Incoming) -> Result<T, Problem> {
    let bad = |why: String| Problem::new(StatusCode::BAD_REQUEST, "bad-request", why);
    let whole = timeout(SILENCE, Limited::new(body, LARGEST).collect()).await;
    let whole = whole.map_err(|_| bad(format!("the body did not come within {} s", SILENCE.as_secs())))?;
    let whole = whole.map_err(|error| bad(error.to_string()))?.to_bytes();
    // What it holds is not repeated: it may be a secret.
    serde_json::from_slice(&whole).map_err(|error| bad(format!("the body is not as it must be: {error}")))
}

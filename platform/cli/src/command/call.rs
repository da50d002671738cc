//! `call`: one call of a function.

use std::io::{Read, Write};

use bytes::Bytes;
use clap::Args;
use function::Name;
use hyper::Method;

use super::Common;
use crate::exit::{Exit, fault};

/// Call a function, and print the answer as it comes.
#[derive(Debug, Args)]
pub(super) struct Call {
    /// The function.
    function: Name,
    /// The body: JSON, `@FILE`, or `-` for standard input.
    #[arg(value_name = "BODY")]
    body: Option<String>,
    /// What follows the function's name in the address.
    #[arg(long, default_value = "/")]
    path: String,
    /// The method.
    #[arg(long, short = 'X', default_value = "POST")]
    method: Method,
    /// A header, as `Name: value`. Without a Content-Type it is application/json.
    #[arg(long = "header", short = 'H', value_name = "HEADER")]
    headers: Vec<String>,
    /// Print the status and the headers too.
    #[arg(long, short)]
    include: bool,
}

impl Call {
    pub(super) async fn run(self, common: &Common) -> Result<(), Exit> {
        let body = self.body()?;
        let mut headers = Vec::new();
        for header in &self.headers {
            let (name, value) = header
                .split_once(':')
                .ok_or_else(|| Exit::Usage(format!("{header:?} is no header: write Name: value")))?;
            headers.push((name.trim().to_string(), value.trim().to_string()));
        }
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            headers.push(("content-type".into(), "application/json".into()));
        }
        let target = format!("/function/{}/{}", self.function, self.path.trim_start_matches('/'));
        let mut caller = common.client()?.caller().await?;
        let called = caller.call(self.method.clone(), &target, &headers, body).await?;
        let mut out = std::io::stdout().lock();
        if self.include {
            writeln!(out, "{}", called.status).map_err(fault)?;
            for (name, value) in &called.headers {
                writeln!(out, "{name}: {}", String::from_utf8_lossy(value.as_bytes())).map_err(fault)?;
            }
            writeln!(out).map_err(fault)?;
        }
        out.write_all(&called.body).map_err(fault)?;
        if !called.body.ends_with(b"\n") {
            writeln!(out).map_err(fault)?;
        }
        if called.status.as_u16() < 400 {
            return Ok(());
        }
        Err(Exit::Failed(format!("{} answered {}", self.function, called.status)))
    }

    fn body(&self) -> Result<Bytes, Exit> {
        let Some(body) = &self.body else { return Ok(Bytes::new()) };
        if body == "-" {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).map_err(fault)?;
            return Ok(bytes.into());
        }
        match body.strip_prefix('@') {
            Some(file) => {
                let read = std::fs::read(file);
                read.map(Bytes::from).map_err(|error| Exit::Usage(format!("{file}: {error}")))
            }
            None => Ok(Bytes::from(body.clone())),
        }
    }
}

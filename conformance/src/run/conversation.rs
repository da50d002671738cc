//! A check together with what its fixture gives it.

use std::sync::Arc;

use crate::backend::CheckResult;
use crate::contract::{Check, ContextCheck, ServerCheck};
use crate::fixture::{Context, Server, ServerContext};

/// A check that can begin.
#[derive(Debug)]
pub(super) enum Conversation {
    /// With a server.
    Server(ServerCheck, ServerContext),
    /// Without one.
    Context(ContextCheck, Arc<Context>),
}

impl Conversation {
    /// Has what the check's fixture asks for; if `alone`, a server of its own in place of the shared one.
    ///
    /// # Errors
    /// The server does not come up.
    pub(super) async fn prepare(check: Check, context: Arc<Context>, alone: bool) -> CheckResult<Self> {
        Ok(match check {
            Check::Shared(check) if !alone => Self::Server(check, ServerContext::shared(context).await?),
            Check::Shared(check) | Check::Own(check) => {
                Self::Server(check, ServerContext::own(context).await?)
            }
            Check::Empty(check) | Check::Exclusive(check) => Self::Context(check, context),
        })
    }

    /// The check itself.
    ///
    /// # Errors
    /// Why it failed.
    pub(super) async fn hold(&self) -> CheckResult {
        match self {
            Self::Server(check, context) => check(context).await,
            Self::Context(check, context) => check(context).await,
        }
    }

    /// The server that it was given.
    pub(super) fn server(&self) -> Option<&Server> {
        match self {
            Self::Server(_, context) => Some(context.server()),
            Self::Context(..) => None,
        }
    }
}

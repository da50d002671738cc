//! A function as the executor keeps it: what stays the same over its deployments, and the pool of the one that answers.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::log::Log;
use crate::pool::Pool;

/// A function.
#[derive(Debug)]
pub(crate) struct Function {
    environment: RwLock<Arc<str>>,
    pool: RwLock<Arc<Pool>>,
    pub(crate) log: Arc<Log>,
}

impl Function {
    pub(crate) fn new(environment: &BTreeMap<String, String>, pool: Arc<Pool>, log: Arc<Log>) -> Self {
        Function { environment: RwLock::new(json(environment)), pool: RwLock::new(pool), log }
    }

    /// Its environment in JSON.
    pub(crate) fn environment(&self) -> Arc<str> {
        self.environment.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From the next call on.
    pub(crate) fn set_environment(&self, environment: &BTreeMap<String, String>) {
        *self.environment.write().unwrap_or_else(PoisonError::into_inner) = json(environment);
    }

    pub(crate) fn pool(&self) -> Arc<Pool> {
        self.pool.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Has calls go to another pool from now on, and returns the one before.
    pub(crate) fn replace(&self, pool: Arc<Pool>) -> Arc<Pool> {
        std::mem::replace(&mut *self.pool.write().unwrap_or_else(PoisonError::into_inner), pool)
    }
}

fn json(environment: &BTreeMap<String, String>) -> Arc<str> {
    serde_json::to_string(environment).unwrap_or_else(|_| "{}".into()).into()
}

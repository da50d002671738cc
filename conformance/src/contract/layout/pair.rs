//! The two images of a version that is a pair, held against each other.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::super::expect::ensure;
use crate::backend::{CheckResult, Launch, Serving};
use crate::fixture::{Context, Server};
use engine::Image;
use protocol::{LABEL_BUILD, LABEL_CONTRACT, LABEL_ENTRYPOINT, LABEL_ROLE, LABEL_SERVE, SOURCE, role};

/// The folder above that of what runtimes share and of each one's own, and its name there.
const LIBRARY: (&str, &str) = ("/usr/local/lib", "open-runtimes");
/// What only the image that builds has, in [`SOURCE`].
const BUILDING: [&str; 2] = ["build.sh", "deploy.sh"];

pub(super) async fn pair(s: &Context) -> CheckResult {
    let builds = s.runtime().image().await?;
    let Some(serving) = &s.spec().serving else {
        return alone(&builds);
    };
    let serves = s.runtime().serving_image().await?;
    let names = [(&builds, role::BUILD, LABEL_SERVE), (&serves, role::SERVE, LABEL_BUILD)];
    let others = [s.spec().id.serving_image(&serving.target), s.spec().id.image()];
    for ((image, role, label), other) in names.into_iter().zip(others) {
        has_label(image, LABEL_ROLE, role)?;
        has_label(image, label, &other)?;
    }
    for label in [LABEL_CONTRACT, LABEL_ENTRYPOINT] {
        let (one, other) = (builds.labels.get(label), serves.labels.get(label));
        ensure(one == other, format!("both with the label {label}={one:?}"), format!("{other:?}"))?;
    }
    let start = |image: &Image| (image.entrypoint.clone(), image.command.clone());
    let (one, other) = (start(&builds), start(&serves));
    ensure(one == other, format!("both started by {one:?}"), format!("{other:?}"))?;
    let smaller = format!("an image that serves of less than the {} bytes of the other", builds.size);
    ensure(serves.size < builds.size, smaller, format!("{} bytes", serves.size))?;

    let builder = s.serve(Launch::default().without_package().where_built()).await?;
    let server = s.serve(Launch::default().without_package()).await?;
    same_server(&builder, &server).await?;
    lacks(serving, &builder, &server).await
}

/// What is no pair does not say that it is one.
fn alone(image: &Image) -> CheckResult {
    for label in [LABEL_ROLE, LABEL_BUILD, LABEL_SERVE] {
        let found = image.labels.get(label);
        ensure(found.is_none(), format!("no label {label}, since it is no pair"), format!("{found:?}"))?;
    }
    Ok(())
}

fn has_label(image: &Image, label: &str, value: &str) -> CheckResult {
    let found = image.labels.get(label).map(String::as_str);
    ensure(found == Some(value), format!("the label {label}={value}"), format!("{found:?}"))
}

/// What serves is in both, byte for byte: so what is found of the one holds for the other.
async fn same_server(builder: &Server, server: &Server) -> CheckResult {
    let builders = files(builder, SOURCE).await?;
    let servers = files(server, SOURCE).await?;
    for (path, content) in &builders {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let only = BUILDING.contains(&name.as_str());
        match servers.get(path) {
            Some(_) if only => ensure(false, format!("no {name} in the image that serves"), "it is there")?,
            None if only => {}
            found => {
                let same = found == Some(content);
                let is = if found.is_some() { "they differ" } else { "the one that serves has none" };
                ensure(same, format!("the same {} in both", path.display()), is)?;
            }
        }
    }
    let more = servers.keys().find(|path| !builders.contains_key(*path));
    ensure(more.is_none(), "nothing that the image which builds has not", format!("{more:?}"))?;

    // What builds may have a library of some 100 MB here, so it is asked for the files of the other one by one.
    let (above, library) = LIBRARY;
    for (path, content) in files(server, &format!("{above}/{library}")).await? {
        let path = format!("{above}/{}", path.display());
        let same = files(builder, &path).await?.into_values().eq([content]);
        ensure(same, format!("the same {path} in both"), "they differ, or the one that builds has none")?;
    }
    Ok(())
}

async fn files(server: &Server, path: &str) -> CheckResult<BTreeMap<PathBuf, Vec<u8>>> {
    let members = server.instance().files(path).await?;
    Ok(members.into_iter().map(|member| (member.path, member.content)).collect())
}

/// The programs that the manifest names: the one has them, so that the list says something, and the other has not.
async fn lacks(serving: &Serving, builder: &Server, server: &Server) -> CheckResult {
    for program in &serving.lacks {
        let there = builder.instance().which(program).await?;
        ensure(!there.is_empty(), format!("{program} where it builds, since `lacks` names it"), "none")?;
        let found = server.instance().which(program).await?;
        ensure(found.is_empty(), format!("no {program} where it only serves"), found)?;
    }
    Ok(())
}

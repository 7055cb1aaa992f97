//! The control socket: the same API for commands of the same user, over a local socket.
//!
//! One process owns a vault. Commands that are started while it runs reach it here. The socket lies
//! in a folder of the user's own, and every connection's peer is asked for its user besides.

use std::{
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use axum::{Router, serve::Listener};
use tokio::{
    net::{UnixListener, UnixStream, unix::SocketAddr},
    task::JoinHandle,
};

/// Most bytes in a socket's address, the final zero included (`sun_path`, unix(7)).
const LONGEST_ADDRESS: usize = 108;

/// A control socket that is being served; dropping it ends that and removes the socket.
#[derive(Debug)]
pub struct ControlSocket {
    path: PathBuf,
    serving: JoinHandle<()>,
}

impl ControlSocket {
    /// Serves `router` at `path`. A socket that is there already belongs to a process that ended,
    /// because whoever calls this owns the vault; it is replaced.
    ///
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When the folder is not the user's own, or the socket cannot be made there.
    pub fn serve(path: &Path, router: Router) -> io::Result<Self> {
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let metadata = std::fs::metadata(folder)?;
        let owner = rustix::process::geteuid().as_raw();
        if metadata.uid() != owner || metadata.mode() & 0o022 != 0 {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "the folder of the control socket belongs to, or is open to, somebody else",
            ));
        }
        remove(path)?;
        let listener = reach(path, |path| UnixListener::bind(path))?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
        let listener = OwnerOnly { listener, owner };
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the control socket ended");
            }
        });
        Ok(Self { path: path.to_owned(), serving })
    }
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        self.serving.abort();
        // One that cannot be removed is replaced by the next owner of the vault.
        drop(remove(&self.path));
    }
}

/// Connects to the control socket at `path`.
///
/// # Errors
/// When nobody serves it.
pub async fn connect_control(path: &Path) -> io::Result<UnixStream> {
    let stream = reach(path, |path| std::os::unix::net::UnixStream::connect(path))?;
    stream.set_nonblocking(true)?;
    UnixStream::from_std(stream)
}

/// Calls `act` with an address for `path` that is short enough: through the folder's descriptor
/// where the path itself is not.
fn reach<T>(path: &Path, act: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    if path.as_os_str().len() < LONGEST_ADDRESS {
        return act(path);
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let folder = std::fs::File::open(folder)?;
    let number = std::os::fd::AsRawFd::as_raw_fd(&folder);
    act(&PathBuf::from(format!("/proc/self/fd/{number}")).join(name))
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Takes connections of the vault's own user and closes all others.
struct OwnerOnly {
    listener: UnixListener,
    owner: u32,
}

impl Listener for OwnerOnly {
    type Io = UnixStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (UnixStream, SocketAddr) {
        loop {
            let (stream, address) = Listener::accept(&mut self.listener).await;
            match stream.peer_cred() {
                Ok(peer) if peer.uid() == self.owner => return (stream, address),
                Ok(peer) => tracing::warn!(uid = peer.uid(), "a stranger at the control socket"),
                Err(error) => tracing::warn!(%error, "a peer without a name at the control socket"),
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    fn router() -> Router {
        Router::new().route("/here", get(async || "yes"))
    }

    async fn ask(path: &Path) -> io::Result<String> {
        let mut stream = connect_control(path).await?;
        stream.write_all(b"GET /here HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }

    #[tokio::test]
    async fn it_answers_its_owner_replaces_what_is_left_over_and_goes_when_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run").join("vault.sock");
        let socket = ControlSocket::serve(&path, router()).unwrap();
        assert!(ask(&path).await.unwrap().ends_with("yes"));
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        drop(socket);
        assert!(!path.exists());

        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(ask(&path).await.is_err(), "nobody serves what is left over");
        let _socket = ControlSocket::serve(&path, router()).unwrap();
        assert!(ask(&path).await.unwrap().ends_with("yes"));
    }

    #[tokio::test]
    async fn a_path_longer_than_an_address_is_reached_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x".repeat(150)).join("vault.sock");
        let _socket = ControlSocket::serve(&path, router()).unwrap();
        assert!(ask(&path).await.unwrap().ends_with("yes"));
    }

    #[tokio::test]
    async fn a_folder_that_others_may_write_to_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let open = folder.path().join("open");
        std::fs::create_dir(&open).unwrap();
        std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o777)).unwrap();
        let refused = ControlSocket::serve(&open.join("vault.sock"), router());
        assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    }
}

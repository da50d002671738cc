//! How requests are framed: by hyper, with what this server sets of it and adds to it.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::*;

/// All that happens to a request but the key and the function: the answer is the body.
async fn echo(_: Exchange, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Gone> {
    let read = match admit(&request) {
        Ok(()) => read(request.into_body(), 1 << 20).await?,
        Err(error) => Err(error),
    };
    let answer = match read {
        Ok(body) => Answer { status: hyper::StatusCode::OK, headers: HeaderMap::new(), body },
        Err(error) => error.into_answer(),
    };
    Ok(reply(answer, true))
}

#[tokio::test]
async fn requests_are_framed() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    for case in cases::of("http") {
        let mut client = TcpStream::connect(address).await.expect("a connection");
        let (stream, _) = listener.accept().await.expect("a connection");
        let (_running, stopping) = watch::channel(false);
        let served = tokio::spawn(serve_connection(stream, stopping, GRACE, echo));
        let mut answer = Vec::new();
        let talk = async {
            // A server that refuses may have closed already.
            let _ = client.write_all(&cases::bytes(&case["request"])).await;
            let _ = client.shutdown().await;
            let _ = client.read_to_end(&mut answer).await;
        };
        timeout(Duration::from_secs(20), talk).await.unwrap_or_else(|_| panic!("{case} is not answered"));
        served.await.expect("the connection ends");
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        match case["is"].as_str() {
            Some("whole") => {
                // A client of HTTP/1.0 is answered in its version.
                let is_ok = head.starts_with("HTTP/1.1 200 ") || head.starts_with("HTTP/1.0 200 ");
                assert!(is_ok, "{}: {answer}", case["name"]);
                assert_eq!(body, case["body"], "{}", case["name"]);
            }
            _ => assert!(answer.is_empty() || head.starts_with("HTTP/1.1 4"), "{}: {answer}", case["name"]),
        }
    }
}

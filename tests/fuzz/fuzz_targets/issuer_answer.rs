//! The answer of a caIssuers URL's host: only a success with a head that a second reader accepts gives a body,
//! which is in the answer; a redirect leads to a permitted URL.
#![no_main]

use certgrab::internals::{
    cli::fuzzing::{admit, issuer_answer},
    net::aia::http::{MAX_BODY_BYTES, MAX_HEADERS},
};
use certgrab_fuzz::{Peer, assert_clean, choice, deadline, runtime};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((step, answer)) = choice(data) else { return };
    let url = admit("http://aia.test/ca.der").expect("a URL");
    let peer = Peer::saying(answer, step * 16, true);
    let received = peer.received();
    let outcome = runtime().block_on(issuer_answer(peer, &url, deadline()));
    let request =
        String::from_utf8(received.lock().expect("no panic before").clone()).expect("a request");
    let expected = "GET /ca.der HTTP/1.1\r\nhost: aia.test\r\nuser-agent: certgrab\r\naccept: */*\r\nconnection: close\r\n\r\n";
    assert_eq!(request, expected);
    match outcome {
        Ok(Ok(body)) => {
            assert!(body.len() <= MAX_BODY_BYTES);
            let (code, chunked, rest) = final_answer(answer).expect("a second reader takes it");
            assert_eq!(code, 200);
            assert!(chunked || rest.starts_with(&body), "what was sent");
        }
        Ok(Err(next)) => {
            assert_eq!(admit(next.as_str()).as_ref(), Ok(&next));
            let (code, ..) = final_answer(answer).expect("a second reader takes it");
            assert!((300..400).contains(&code), "{code}");
        }
        Err(problem) => assert_clean(&problem.to_string()),
    }
});

/// The code of the first final answer (RFC 9110 section 15.2), whether its body is chunked, and the bytes after
/// its head.
fn final_answer(mut left: &[u8]) -> Option<(u16, bool, &[u8])> {
    loop {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut head = httparse::Response::new(&mut headers);
        let Ok(httparse::Status::Complete(length)) = head.parse(left) else { return None };
        left = &left[length..];
        let code = head.code?;
        if code >= 200 {
            let is_transfer = |name: &str| name.eq_ignore_ascii_case("transfer-encoding");
            return Some((code, head.headers.iter().any(|one| is_transfer(one.name)), left));
        }
    }
}

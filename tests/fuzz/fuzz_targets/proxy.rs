//! The answer of a proxy: only a success starts the conversation with the target, none of its bytes is
//! consumed, and no secret is repeated.
#![no_main]

use certgrab::Diagnostic as _;
use certgrab::internals::{
    endpoint::Target,
    net::proxy::{self, Proxy},
};
use certgrab_fuzz::{Peer, TURN, assert_clean, choice, deadline, runtime};
use libfuzzer_sys::fuzz_target;

const SECRET: &str = "hunter2hunter2";

fuzz_target!(|data: &[u8]| {
    let Some((chosen, data)) = choice(data) else { return };
    let Some((step, script)) = choice(data) else { return };
    let scheme = ["http", "socks5", "socks5h"][chosen % 3];
    let login = if chosen & 4 == 0 { String::new() } else { format!("me:{SECRET}@") };
    let proxy = Proxy::new(&format!("{scheme}://{login}proxy.test:3128")).expect("a proxy");
    let target: Target = "mail.test:25".parse().expect("a target");
    // The client speaks first.
    let peer = match scheme {
        "http" => Peer::saying(script, step * 16, true),
        _ => Peer::new(&[TURN, script].concat(), step * 16),
    };
    match runtime().block_on(proxy::ask(peer, &proxy, &target, deadline())) {
        Ok(stream) if scheme == "http" => {
            // The rest of the answer follows a head that a second reader accepts.
            let mut left = script;
            loop {
                let mut headers = [httparse::EMPTY_HEADER; 64];
                let mut head = httparse::Response::new(&mut headers);
                let Ok(httparse::Status::Complete(length)) = head.parse(left) else { return };
                let code = head.code.expect("a complete head has a code");
                left = &left[length..];
                if code >= 200 {
                    assert!((200..300).contains(&code), "{code}");
                    break;
                }
            }
            assert_eq!(stream.unread(), left);
        }
        Ok(_) => {}
        Err(error) => {
            let text = format!("{error} {error:?} {:?}", error.hint());
            assert!(login.is_empty() || !text.contains(SECRET), "{text}");
            assert_clean(&error.to_string());
        }
    }
});

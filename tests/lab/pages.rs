//! The commands of the pages, as a user pastes them into two terminals.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::round::Lab;
use crate::support::real;

/// Another program may use the port for a while.
const TRIES: usize = 60;

/// The first commands of the pages that begin with `certgrab lab`, each with the loop that follows.
fn pasted(page: &str) -> (String, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = std::fs::read_to_string(path).expect(page);
    let blocks: Vec<_> = text
        .split("```sh\n")
        .skip(1)
        .map(|block| block.split("```").next().expect("a block").trim().to_owned())
        .collect();
    let first = blocks.iter().position(|block| block == "certgrab lab").expect("the lab");
    (blocks[first].clone(), blocks[first + 1].clone())
}

#[test]
fn the_two_terminals_of_the_readme_show_a_passing_device() {
    let (lab, device) = pasted("README.md");
    for page in ["README.zh-CN.md", "docs/lab.md", "docs/lab.zh-CN.md"] {
        assert_eq!(pasted(page), (lab.clone(), device.clone()), "{page}");
    }
    if !real::program("mosquitto_pub") {
        return;
    }
    let words: Vec<_> = lab.split(' ').skip(1).collect();
    let started = (0..TRIES).find_map(|_| match Lab::with(&words) {
        Ok(lab) => Some(lab),
        Err(said) => {
            assert!(said.contains("cannot listen on 127.0.0.1:8883"), "{said}");
            std::thread::sleep(Duration::from_secs(1));
            None
        }
    });
    let said = started.expect("the port is free in the end").meets(|lab| {
        let mut command = Command::new("sh");
        command.args(["-c", &device]).current_dir(lab.folder());
        command
    });
    assert_eq!(said.code, 0, "{}{}", said.err, said.out);
    assert!(said.out.ends_with("\nthe device passed\n"), "{}", said.out);
}

//! Real clients as devices, sound and unsound: each is judged rightly, case by case.

use std::process::Command;
use std::time::Duration;

use super::round::Lab;
use crate::support::real;

fn mosquitto(lab: &Lab, more: &[&str]) -> Command {
    let mut command = Command::new("mosquitto_pub");
    let port = lab.port().to_string();
    command.args(["-h", "localhost", "-p", &port, "--cafile", &lab.anchor()]);
    command.args(["-t", "t", "-m", "m", "-u", "user", "-P", "password"]).args(more);
    command
}

#[test]
fn mosquitto_passes_and_with_insecure_it_is_caught_for_checking_no_name() {
    if !real::program("mosquitto_pub") {
        return;
    }
    let sound = Lab::start(&[]).meets(|lab| mosquitto(lab, &[]));
    assert_eq!(sound.code, 0, "{}{}", sound.err, sound.out);
    assert!(sound.took < Duration::from_secs(60), "{:?}", sound.took);
    assert!(sound.out.contains("the device passed\n"), "{}", sound.out);

    let unsound = Lab::start(&[]).meets(|lab| mosquitto(lab, &["--insecure"]));
    assert_eq!(unsound.code, 1, "{}{}", unsound.err, unsound.out);
    let wanted =
        "FAULT: the device checks no name: it accepts certificates of hosts other than localhost\n";
    assert!(unsound.out.contains(wanted), "{}", unsound.out);
    assert!(unsound.out.contains("sent its password or token to"), "{}", unsound.out);
    // That a password came is said, and never the password.
    assert!(!unsound.out.contains("password\""), "{}", unsound.out);
}

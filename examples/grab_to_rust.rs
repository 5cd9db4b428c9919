//! Retrieves the chain of a server and prints the anchor as Rust constants.
//!
//! ```sh
//! cargo run --example grab_to_rust -- m1.tuyacn.com:8883
//! ```

use std::{error::Error, process::ExitCode};

use certgrab::{Options, Store, Target, Time, default_name, format, grab};

/// The Rust constants of the anchor for `target`, such as `m1.tuyacn.com:8883`.
async fn constants(target: &str) -> Result<String, Box<dyn Error>> {
    let target: Target = target.parse()?;
    let options = Options::new(Store::mozilla(), Time::now());
    let grab = grab(&target, &options).await?;
    let judgement = grab.verdict.as_ref().map_err(ToString::to_string)?;

    let bundle = judgement.bundle(&target, &grab.presented, &options);
    let format = format("rust").ok_or("this certgrab has no format `rust`")?;
    let proven = grab.prove(&bundle, format, &target, &options);
    let proven = proven.map_err(|refusal| refusal.to_string())?;
    let source = proven.render(&default_name(&bundle))?;
    Ok(String::from_utf8(source)?)
}

// certgrab uses tokio; one thread is enough.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let target = std::env::args().nth(1).unwrap_or_else(|| "m1.tuyacn.com:8883".to_owned());
    match constants(&target).await {
        Ok(source) => {
            print!("{source}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{target}: {error}");
            ExitCode::FAILURE
        }
    }
}

//! A manifest: errors are clean text, and a valid one has as many targets as a TOML reader finds.
#![no_main]

use certgrab_fuzz::assert_clean;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let folder = std::env::temp_dir().join(format!("certgrab-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("certgrab.toml");
    std::fs::write(&path, data).expect("a file");
    match certgrab::internals::cli::fuzzing::targets_of_manifest(&path) {
        Ok(count) => {
            let tables =
                toml::from_str::<toml::Table>(&String::from_utf8_lossy(data)).expect("TOML");
            assert_eq!(tables["target"].as_array().map(Vec::len), Some(count));
        }
        Err((message, hint)) => {
            assert_clean(&message);
            hint.iter().for_each(|hint| assert_clean(hint));
        }
    }
});

//! `certgrab page`: writes certgrab for a browser, one HTML file.
//!
//! The page has 1.5 MB, so only builds with the feature `page` include it: the Debian package does;
//! frequent downloads (wheels, npm packages) do not.

use crate::cli::{
    failure::{Exit, Failure},
    output,
};

/// The page, or a stub in a build without one.
#[cfg(feature = "page")]
const PAGE: Option<&str> = Some(include_str!(env!(
    "CERTGRAB_PAGE",
    "the feature `page` needs the path of the page, which `.ci/page` builds"
)));
#[cfg(not(feature = "page"))]
const PAGE: Option<&str> = None;

/// The placeholder for the module in the template; a finished page does not contain it.
const PLACE_OF_THE_MODULE: &str = "/*WASM*/";

/// The page, if this build has it.
fn page() -> Option<&'static str> {
    PAGE.filter(|page| !page.contains(PLACE_OF_THE_MODULE))
}

/// Writes the page to standard output.
pub(crate) fn run() -> Result<Exit, Failure> {
    let page = page().ok_or_else(|| {
        let hint =
            "take `certgrab.html` from the release; from the source, `bash .ci/page` builds it";
        Failure::usage("this build of certgrab does not include the page", hint)
    })?;
    if output::is_terminal() {
        let hint = "write it to a file: `certgrab page > certgrab.html`";
        return Err(Failure::usage("the page is for a browser, not for a terminal", hint));
    }
    output::write(page.as_bytes())?;
    Ok(Exit::Done)
}

#[cfg(all(test, feature = "page"))]
mod tests {
    use super::*;

    /// `.ci/page` runs this with the page that it built, and other builds run it with the template.
    #[test]
    fn the_page_is_the_built_one_and_not_the_template() {
        let given = std::fs::read_to_string(env!("CERTGRAB_PAGE")).expect("the page");
        let is_built = !given.contains(PLACE_OF_THE_MODULE);
        assert_eq!(page(), is_built.then_some(given.as_str()));
        assert!(given.contains("wasm-unsafe-eval"));
        assert_eq!(is_built, !env!("CERTGRAB_PAGE").ends_with("page/web/page.html"));
    }
}
